import Foundation
import VRVQ
import VRVQNetwork

/// Files of the tests' folder, and files made by hand.
enum ModelFiles {
    static func fixture(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appending(path: "Fixtures/\(name)")))
    }

    /// The network of the fixtures.
    static let architecture = Architecture(
        sampleRate: 8000, encoder: .pyramid(width: 2, strides: [2, 4]), decoder: .pyramid(width: 8, strides: [4, 2]),
        latent: 4, quantizer: .init(dimensions: [2, 2], entries: 4, lookup: .cosine),
        importance: .init(channels: [3, 2], kernels: [3, 3, 3, 3], inputBlock: true))

    /// A safetensors file from a header as text and the bytes behind it.
    static func safetensors(_ header: String, data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
        let length = length ?? UInt64(header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header.utf8 + data
    }

    /// A safetensors file of float32 arrays.
    static func safetensors(metadata: [String: String], _ arrays: [(name: String, shape: [Int], values: [Float])])
        -> [UInt8]
    {
        var header: [String: JSON] = ["__metadata__": .object(metadata.mapValues { .string($0) })]
        var data: [UInt8] = []
        for array in arrays {
            let start = data.count
            for value in array.values { data += little(value.bitPattern) }
            header[array.name] = .object([
                "dtype": .string("F32"), "shape": .integers(array.shape),
                "data_offsets": .integers([start, data.count]),
            ])
        }
        return safetensors(JSON.object(header).text, data: data)
    }

    /// All arrays of a model.
    static func arrays(of model: Model) throws -> [(name: String, shape: [Int], values: [Float])] {
        try model.network.parameters.map { ($0.name, $0.shape, try model.weights.values(of: $0.name)) }
    }

    /// A PyTorch checkpoint with this pickle and one storage `0`.
    static func checkpoint(pickle: [UInt8], storage: [UInt8] = [], method: UInt16 = 0) -> [UInt8] {
        zip([("archive/data.pkl", pickle), ("archive/data/0", storage)], method: method)
    }

    /// A zip file of stored entries; `method` is written down whatever the bytes are.
    static func zip(_ entries: [(name: String, data: [UInt8])], method: UInt16 = 0) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, data) in entries {
            let sizes = little(UInt32(data.count)) + little(UInt32(data.count))
            let start = little(UInt32(file.count))
            let common =
                little(method) + little(UInt32(0)) + little(UInt32(0)) + sizes + little(UInt16(name.utf8.count))
            file += [0x50, 0x4B, 3, 4, 20, 0, 0, 0] + common + little(UInt16(0)) + name.utf8 + data
            directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0, 0, 0] + common + [UInt8](repeating: 0, count: 12) + start
            directory += name.utf8
        }
        let end = little(UInt32(directory.count)) + little(UInt32(file.count)) + [0, 0]
        let count = little(UInt16(entries.count))
        return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + end
    }

    static func little<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}

/// The error of a call, or nil where it throws none.
func vrvqError<Result>(_ body: () throws(VRVQError) -> Result) -> VRVQError? {
    do throws(VRVQError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
