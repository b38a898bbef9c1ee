import Torch
import VRVQ

/// Tensors by name as safetensors files: checkpoints, optimiser state.
public enum TensorArchive {
    /// The file's bytes. Values are kept in each tensor's own kind.
    public static func bytes(
        of tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]
    ) throws -> [UInt8] {
        let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
        let entries = try tensors.map { name, tensor in
            guard let type = elementType(tensor.dtype) else {
                throw TorchError("\(name) holds \(tensor.dtype), which safetensors has no name for")
            }
            return SafetensorsWriter.Entry(name: name, type: type, shape: tensor.shape)
        }
        return try SafetensorsWriter(metadata: metadata, entries: entries).bytes { entry, file in
            file += try byName[entry.name]!.bytes()
        }
    }

    /// One array of a file; an error where there is none, or its kind is not one of PyTorch's.
    public static func tensor(
        _ name: String, in file: Safetensors, on device: Device = .cpu
    ) throws -> Tensor {
        guard let array = file.arrays[name] else { throw TorchError("the file lacks \(name)") }
        guard let dtype = dtype(array.type) else {
            throw TorchError("\(name) holds \(array.type.rawValue), which is not supported")
        }
        let result = file.withStoredBytes(of: name) { bytes in
            Result { try Tensor(bytes: bytes, dtype, array.shape) }
        }
        return try result!.get().to(device)
    }

    private static let kinds: [(DType, ElementType)] = [
        (.float64, .float64), (.float32, .float32), (.float16, .float16), (.bfloat16, .bfloat16), (.int64, .int64),
        (.int32, .int32), (.int16, .int16), (.int8, .int8), (.uint8, .uint8), (.bool, .bool),
    ]

    private static func elementType(_ dtype: DType) -> ElementType? { kinds.first { $0.0 == dtype }?.1 }
    private static func dtype(_ type: ElementType) -> DType? { kinds.first { $0.1 == type }?.0 }
}
