import Torch
import VRVQNetwork

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The first and the last convolution of a frame-rate network as products of three factors: a rotation between channels
/// and bins, a weight for each bin, and a lapped-transform basis. While training, basis and rotation are separate
/// parameters, so that one learning rate suits both; the weights stay as they are. Export multiplies them out.
///
/// The factors stand under the convolution's own name, as `NAME.basis` [bins, 1, 2 stride], `NAME.bins` [bins] and
/// `NAME.rotation`: [channels, bins] for the first, [bins, channels] for the last convolution.
package enum LappedTransform {
    /// Arrays that are never trained.
    static func isFixed(_ name: String) -> Bool { name.hasSuffix(".bins") }

    /// The sine-windowed cosine basis of the MDCT, [bins, 1, 2 bins]: as a convolution with stride `bins` it analyses,
    /// and transposed it brings the signal back.
    static func basis(_ bins: Int) throws(TorchError) -> Tensor {
        var values: [Double] = []
        values.reserveCapacity(2 * bins * bins)
        let n = Double(bins)
        for k in 0..<bins {
            for j in 0..<2 * bins {
                let window = (2 / n).squareRoot() * sin(.pi / (2 * n) * (Double(j) + 0.5))
                values.append(window * cos(.pi / n * (Double(j) + 0.5 + n / 2) * (Double(k) + 0.5)))
            }
        }
        return try Tensor(values, [bins, 1, 2 * bins]).to(.float32)
    }

    /// Names of the first and the last convolution.
    static func ends(of network: Network) -> (first: String, last: String)? {
        guard case .convolution(let first)? = network.featureLayers.first,
            case .transposedConvolution(let last)? = network.decoderLayers.last
        else { return nil }
        return (first.name, last.name)
    }

    /// Makes a store multiply its kernels out of the factors that it holds, where it holds any.
    static func compose(_ store: ParameterStore) throws(TorchError) {
        for (name, basis) in store.entries where name.hasSuffix(".basis") {
            let layer = String(name.dropLast(".basis".count))
            let rotation = try store.array("\(layer).rotation")
            let bins = try store.array("\(layer).bins")
            let isFirst = layer.hasPrefix("encoder")
            // The tensors, not the store, which would hold itself.
            store.composedKernels[layer] = { () throws(TorchError) in
                let rows = try basis.squeeze(1)
                let weighted = isFirst ? try bins.unsqueeze(1) * rows : try rows / bins.unsqueeze(1)
                return try (isFirst ? rotation : rotation.transpose(0, 1)).matmul(weighted).unsqueeze(1)
            }
        }
    }

    /// A copy of a store with memory of its own, whose kernels come from its own factors.
    static func copy(of store: ParameterStore) throws(TorchError) -> ParameterStore {
        let copy = try store.copy()
        copy.composedKernels = [:]
        try compose(copy)
        return copy
    }

    /// A store with the factors in place of the two kernels. Their values are zero but for the basis.
    static func factored(_ store: ParameterStore, of network: Network) throws -> ParameterStore {
        guard let ends = ends(of: network), store.kernels == .folded,
            case .frameRate(let stride, let channels, _, _, _) = network.architecture.encoder,
            case .frameRate(stride, let outputs, _, _, _) = network.architecture.decoder
        else {
            throw RunError(
                .usage,
                "start.origin lapped-transform needs frame-rate coders of one stride and model.weight_norm=false")
        }
        let result = ParameterStore(network.parameters, .folded)
        for (name, tensor) in store.entries {
            let device = tensor.device
            switch name {
            case "\(ends.first).weight": try add(to: result, ends.first, stride, [channels, stride], device)
            case "\(ends.last).weight": try add(to: result, ends.last, stride, [stride, outputs], device)
            default: result.add(name, tensor)
            }
        }
        try compose(result)
        return result
    }

    private static func add(
        to store: ParameterStore, _ layer: String, _ bins: Int, _ rotation: [Int], _ device: Device
    ) throws(TorchError) {
        store.add("\(layer).basis", try basis(bins).to(device))
        store.add("\(layer).bins", try Tensor.ones([bins], on: device))
        store.add("\(layer).rotation", try Tensor.zeros(rotation, on: device))
    }
}
