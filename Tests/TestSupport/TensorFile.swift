import Foundation

/// An array of a golden file, in double precision.
public struct GoldenArray: Equatable, Sendable {
    /// Shape, row-major.
    public var shape: [Int]
    /// Values, row-major.
    public var values: [Double]

    /// An array of that shape.
    public init(_ shape: [Int], _ values: [Double]) {
        precondition(shape.reduce(1, *) == values.count)
        self.shape = shape
        self.values = values
    }

    /// The sub-array at an index of the first axis.
    public subscript(_ index: Int) -> GoldenArray {
        let inner = shape.dropFirst().reduce(1, *)
        return GoldenArray(Array(shape.dropFirst()), Array(values[index * inner..<(index + 1) * inner]))
    }

    /// Arrays of equal shape along a new first axis.
    public static func stack(_ arrays: [GoldenArray]) -> GoldenArray {
        GoldenArray([arrays.count] + (arrays.first?.shape ?? []), arrays.flatMap(\.values))
    }

    /// A matrix with its axes exchanged.
    public var transposed: GoldenArray {
        precondition(shape.count == 2)
        let (rows, columns) = (shape[0], shape[1])
        var result = values
        for row in 0..<rows {
            for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
        }
        return GoldenArray([columns, rows], result)
    }
}

/// Reads safetensors with F64, F32 and I32 arrays: a second reader, independent of the product's.
public func readTensorFile(_ url: URL) throws -> [String: GoldenArray] {
    let data = try Data(contentsOf: url)
    let length = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let object = try JSONSerialization.jsonObject(with: data.subdata(in: 8..<8 + length))
    guard let header = object as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
    var arrays: [String: GoldenArray] = [:]
    for (name, value) in header where name != "__metadata__" {
        guard let entry = value as? [String: Any], let type = entry["dtype"] as? String,
            let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int]
        else { throw CocoaError(.fileReadCorruptFile) }
        let bytes = data.subdata(in: 8 + length + offsets[0]..<8 + length + offsets[1])
        let values: [Double] =
            switch type {
            case "F64": bytes.numbers(Double.self)
            case "F32": bytes.numbers(Float.self).map(Double.init)
            case "I32": bytes.numbers(Int32.self).map(Double.init)
            default: throw CocoaError(.fileReadCorruptFile)
            }
        arrays[name] = GoldenArray(shape, values)
    }
    return arrays
}

extension Data {
    fileprivate func numbers<T>(_ type: T.Type) -> [T] {
        let size = MemoryLayout<T>.size
        return withUnsafeBytes { raw in
            (0..<count / size).map { raw.loadUnaligned(fromByteOffset: $0 * size, as: T.self) }
        }
    }
}
