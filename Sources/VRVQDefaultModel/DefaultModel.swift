import CVRVQModel
import VRVQ

/// The model that is built into the program.
public enum DefaultModel {
    /// Reads the embedded model file. Its bytes stay where the program was loaded: nothing is copied.
    public static func load() throws(VRVQError) -> Model { try Model(bytes) }

    /// The embedded model file.
    public static var bytes: ModelBytes {
        ModelBytes(
            region: UnsafeRawBufferPointer(start: vrvq_default_model_bytes(), count: vrvq_default_model_size()))
    }
}
