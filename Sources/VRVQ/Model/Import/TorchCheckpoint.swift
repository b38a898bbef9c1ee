import VRVQNetwork

/// Reads what `torch.save` writes since version 1.6: a zip file with a pickle and the storages' bytes.
struct TorchCheckpoint {
    private let zip: ZipArchive
    private let folder: String
    private let heap: PickleHeap
    private let root: PickleValue

    /// The state dictionary of a checkpoint and the constructor's arguments that it names.
    static func read(_ bytes: ModelBytes) throws(VRVQError) -> ImportSource {
        let checkpoint = try TorchCheckpoint(bytes)
        var source = ImportSource(kind: .torch, weights: ForeignWeights(arrays: try checkpoint.arrays()))
        source.hints.claims = checkpoint.claims
        source.hints.sampleRate = source.hints.claims["sample_rate"]?.integerValue
        return source
    }

    private init(_ bytes: ModelBytes) throws(VRVQError) {
        zip = try ZipArchive(bytes)
        let suffix = "/data.pkl"
        guard let pickle = zip.entries.keys.filter({ $0.hasSuffix(suffix) }).min(by: { $0.utf8.count < $1.utf8.count })
        else {
            throw VRVQError(.unsupported, "this zip file is not a PyTorch checkpoint: it holds no data.pkl")
        }
        folder = String(pickle.dropLast(suffix.count))
        let order = "\(folder)/byteorder"
        if zip.entries[order] != nil, bytes.copy(try zip.range(of: order)).starts(with: "big".utf8) {
            throw VRVQError(.unsupported, "the checkpoint was written on a big-endian machine")
        }
        let range = try zip.range(of: pickle)
        guard range.count <= PickleMachine.sizeLimit else {
            throw VRVQError(.limitExceeded, "a pickle of \(range.count) bytes is more than is read")
        }
        var machine = try PickleMachine(bytes.copy(range))
        root = try machine.run()
        heap = machine.heap
    }

    /// Tensors by name, of `state_dict`, `model_state_dict` or the top itself.
    private func arrays() throws(VRVQError) -> [String: ForeignArray] {
        let state = heap.member("state_dict", of: root) ?? heap.member("model_state_dict", of: root) ?? root
        guard case .dictionary(let index) = state else {
            throw VRVQError(.badModel, "the checkpoint holds no state_dict")
        }
        var arrays: [String: ForeignArray] = [:]
        var size = 0
        for (key, value) in heap.dictionaries[index] {
            guard case .string(let name) = key, case .tensor(let tensor) = value else { continue }
            guard name.canNameAnArray else {
                throw VRVQError(.malformed, "the checkpoint holds an array of the impossible name \(name.printable)")
            }
            let array = try array(heap.tensors[tensor], name)
            size += array.count * array.type.size
            // Views that share a storage could otherwise ask for any amount of memory.
            guard size <= zip.bytes.count else {
                throw VRVQError(.limitExceeded, "the checkpoint's tensors hold more values than its file")
            }
            guard arrays.updateValue(array, forKey: name) == nil else {
                throw VRVQError(.malformed, "the checkpoint holds \(name) twice")
            }
        }
        guard !arrays.isEmpty else { throw VRVQError(.badModel, "the checkpoint's state_dict holds no tensors") }
        return arrays
    }

    private func array(_ tensor: PickleHeap.Tensor, _ name: String) throws(VRVQError) -> ForeignArray {
        let range = try zip.range(of: "\(folder)/data/\(tensor.storage.key)")
        let size = tensor.storage.type.size
        guard range.count / size >= tensor.storage.count else {
            throw VRVQError(.truncated, "\(name) has fewer bytes in the checkpoint than its shape needs")
        }
        let start = range.lowerBound + tensor.offset * size
        return ForeignArray(
            type: tensor.storage.type, shape: tensor.shape, strides: tensor.strides, bytes: zip.bytes,
            range: start..<range.lowerBound + tensor.storage.count * size)
    }

    /// The constructor's arguments in `metadata.kwargs`.
    private var claims: [String: JSON] {
        guard let metadata = heap.member("metadata", of: root), let kwargs = heap.member("kwargs", of: metadata),
            case .dictionary(let index) = kwargs
        else { return [:] }
        var claims: [String: JSON] = [:]
        for (key, value) in heap.dictionaries[index] {
            guard case .string(let name) = key, let json = heap.json(value) else { continue }
            claims[name] = json
        }
        return claims
    }
}
