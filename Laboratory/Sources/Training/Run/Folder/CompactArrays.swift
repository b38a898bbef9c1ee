import Torch

/// A checkpoint's arrays in the compact form: weights in bfloat16, the optimisers' moments in 8 bits. Arrays of few
/// values, averages of codebooks and generators' states stay as they are.
enum CompactArrays {
    /// Below this many values nothing is won.
    private static let least = 4096
    private static let weightFiles: Set<String> = ["weights", "average", "discriminators"]

    /// The arrays of a file as they are stored: `NAME.codes` and `NAME.scales` in place of a moment.
    static func encoded(_ arrays: Checkpoint.Arrays, file: String) throws(TorchError) -> Checkpoint.Arrays {
        var result: Checkpoint.Arrays = []
        for (name, tensor) in arrays {
            if tensor.count < least || tensor.dtype != .float32 {
                result.append((name, tensor))
            } else if weightFiles.contains(file) {
                result.append((name, try tensor.detach().to(.bfloat16)))
            } else if let code = code(name), file == "optimisers" {
                let values = code.isSigned ? tensor : try tensor.detach().sqrt()
                let (codes, scales) = try code.encoded(values)
                result += [("\(name).codes", codes), ("\(name).scales", scales)]
            } else {
                result.append((name, tensor))
            }
        }
        return result
    }

    /// What was encoded, in float32 again.
    static func decoded(_ arrays: Checkpoint.Arrays) throws(TorchError) -> Checkpoint.Arrays {
        let scales = Dictionary(arrays.filter { $0.name.hasSuffix(".scales") }.map { ($0.name, $0.tensor) }) { $1 }
        var result: Checkpoint.Arrays = []
        for (name, tensor) in arrays where scales[name] == nil {
            if tensor.dtype == .bfloat16 {
                result.append((name, try tensor.to(.float32)))
            } else if name.hasSuffix(".codes") {
                let moment = String(name.dropLast(".codes".count))
                guard let code = code(moment), let scales = scales["\(moment).scales"], tensor.dtype == .uint8,
                    scales.count == (tensor.count + 255) / 256
                else { throw TorchError("the checkpoint has no fitting \(moment).scales") }
                let values = try code.decoded(tensor, scales: scales)
                result.append((moment, code.isSigned ? values : try values.square()))
            } else {
                result.append((name, tensor))
            }
        }
        return result
    }

    private static func code(_ name: String) -> LogarithmicCode? {
        name.hasSuffix(".mean") ? .mean : name.hasSuffix(".square") ? .root : nil
    }
}
