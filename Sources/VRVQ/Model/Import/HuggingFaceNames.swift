/// Names of Hugging Face's DAC. Blocks count from 0 there and from 1 in the published code; layers have names there
/// and numbers here, the last ones numbered after the blocks.
struct HuggingFaceNames {
    private let encoder: Coder
    private let decoder: Coder

    static func recognizes(_ weights: ForeignWeights) -> Bool { weights.kernelShape("encoder.conv1") != nil }

    init(_ weights: ForeignWeights) {
        func blocks(_ layer: (Int) -> String) -> Int {
            (0..<64).first { weights.kernelShape(layer($0)) == nil } ?? 64
        }
        encoder = Coder(
            prefix: "encoder.block", blocks: blocks { "encoder.block.\($0).conv1" },
            inner: ["snake1": "3", "conv1": "4"], units: ["res_unit1": "0", "res_unit2": "1", "res_unit3": "2"])
        decoder = Coder(
            prefix: "decoder.model", blocks: blocks { "decoder.block.\($0).conv_t1" },
            inner: ["snake1": "0", "conv_t1": "1"], units: ["res_unit1": "2", "res_unit2": "3", "res_unit3": "4"])
    }

    /// The published name of an array; a name that is not Hugging Face's is given back.
    func published(_ name: String) -> String {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3 else { return name }
        switch parts[0] {
        case "encoder": return encoder.published(parts) ?? name
        case "decoder": return decoder.published(parts) ?? name
        default: return name
        }
    }

    private struct Coder {
        let prefix: String
        let blocks: Int
        let inner: [String: String]
        let units: [String: String]

        func published(_ parts: [String]) -> String? {
            switch parts[1] {
            case "conv1": return join("0", parts[2...])
            case "snake1": return join("\(blocks + 1)", parts[2...])
            case "conv2": return join("\(blocks + 2)", parts[2...])
            case "block": return inBlock(parts)
            default: return nil
            }
        }

        private func inBlock(_ parts: [String]) -> String? {
            guard parts.count >= 5, let block = Int(parts[2]), (0..<blocks).contains(block) else { return nil }
            if let layer = inner[parts[3]] { return join("\(block + 1).block.\(layer)", parts[4...]) }
            guard let unit = units[parts[3]], let layer = Self.unitLayers[parts[4]] else { return nil }
            return join("\(block + 1).block.\(unit).block.\(layer)", parts[5...])
        }

        private func join(_ layer: String, _ rest: ArraySlice<String>) -> String {
            ([prefix, layer] + rest).joined(separator: ".")
        }

        private static let unitLayers = ["snake1": "0", "conv1": "1", "snake2": "2", "conv2": "3"]
    }
}
