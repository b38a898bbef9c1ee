import VRVQNetwork

enum TorchCheckpoint {
    static func read(_ bytes: ModelBytes) throws(VRVQError) -> ImportSource {
        _ = try ZipArchive(bytes)
        throw VRVQError(.unsupported, "PyTorch checkpoints are not read yet")
    }
}
