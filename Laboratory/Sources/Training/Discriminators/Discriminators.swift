import Torch

/// All adversaries of a training: multi-period members first, then multi-scale, then multi-band. Parameters have the names
/// of the published checkpoints.
package struct Discriminators: Sendable {
    /// What they were made from.
    package let architecture: DiscriminatorArchitecture
    /// Every parameter, in the order of members and layers.
    package let parameters: [(name: String, tensor: Tensor)]

    private let members: [any DiscriminatorMember]

    /// - Parameter weights: every parameter by name, in one kind on one device; kept, not copied.
    package init(_ architecture: DiscriminatorArchitecture, weights: [String: Tensor]) throws {
        self.architecture = architecture
        var parameters: [(name: String, tensor: Tensor)] = []
        members = try Self.plan(architecture).map { type, name, size in
            let layers = try type.layers(name, size, architecture).map { try NormalisedConvolution($0, weights) }
            let own = layers.flatMap(\.parameters)
            parameters += own
            return try type.init(size, architecture, layers: layers, like: own[0].tensor)
        }
        self.parameters = parameters
    }

    private static func plan(
        _ architecture: DiscriminatorArchitecture
    ) -> [(type: any DiscriminatorMember.Type, name: String, size: Int)] {
        let members: [(any DiscriminatorMember.Type, Int)] =
            architecture.periods.map { (PeriodDiscriminator.self, $0) }
            + architecture.divisors.map { (ScaleDiscriminator.self, $0) }
            + architecture.windows.map { (BandDiscriminator.self, $0) }
        return members.enumerated().map { ($1.0, "discriminators.\($0)", $1.1) }
    }

    /// Untrained weights, as PyTorch's layers start.
    package static func initialWeights(
        _ architecture: DiscriminatorArchitecture, seed: UInt64 = 0, _ dtype: DType = .float32,
        on device: Device = .cpu
    ) throws(TorchError) -> [String: Tensor] {
        var weights: [String: Tensor] = [:]
        for (type, name, size) in plan(architecture) {
            for layer in type.layers(name, size, architecture) {
                for parameter in try layer.initial(seed: seed, dtype, on: device) {
                    weights[parameter.name] = parameter.tensor
                }
            }
        }
        return weights
    }

    /// Feature maps of audio [batch, 1, samples]: a list for each member, in the published order, the last map being the
    /// decision.
    package func callAsFunction(_ audio: Tensor) throws -> [[Tensor]] {
        let levelled = try Self.levelled(audio)
        return try members.map { try $0.maps(levelled) }
    }

    /// Maps of two batches of one shape in a single pass.
    package func callAsFunction(_ first: Tensor, _ second: Tensor) throws -> ([[Tensor]], [[Tensor]]) {
        let maps = try self(Tensor.cat([first, second])).map { try $0.map { try $0.split(first.size(0)) } }
        return (maps.map { $0.map { $0[0] } }, maps.map { $0.map { $0[1] } })
    }

    /// Without mean, and with a peak of 0.8 for each item and channel.
    private static func levelled(_ audio: Tensor) throws -> Tensor {
        let centred = try audio - audio.mean([-1], keepDims: true)
        return try centred * 0.8 / (centred.abs().amax([-1], keepDims: true) + 1e-9)
    }
}
