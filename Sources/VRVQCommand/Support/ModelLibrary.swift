import Synchronization
import VRVQ
import VRVQDefaultModel
import VRVQNetwork

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where models are found: built in, in `VRVQ_MODEL_PATH`, in `~/.local/share/vrvq/models`.
enum ModelLibrary {
    /// A model that can be named.
    struct Entry {
        let model: Model
        /// The file, or nil for the built-in model.
        let path: String?
    }

    /// The model of an option: nothing for the built-in one, a file, a name or a fingerprint.
    static func model(_ option: String?) throws -> Model {
        guard let option else { return try DefaultModel.load() }
        if option.contains("/") || option.hasSuffix(".safetensors") { return try read(option) }
        let entries = installed()
        if let entry = entries.first(where: { $0.model.name == option }) { return entry.model }
        if let wanted = Fingerprint(hex: option),
            let entry = entries.first(where: { $0.model.fingerprint == wanted })
        {
            return entry.model
        }
        throw Failure(.model, "no model is called \(Text.printable(option)); \(list(entries))")
    }

    /// The model that a stream names.
    static func model(for format: StreamFormat) throws(VRVQError) -> Model {
        // Names are compared first: a fingerprint costs a pass over the whole file.
        let entries = installed()
        let ordered =
            entries.filter { $0.model.name == format.modelName } + entries.filter { $0.model.name != format.modelName }
        if let entry = ordered.first(where: { $0.model.fingerprint == format.networkFingerprint }) {
            return entry.model
        }
        throw VRVQError(
            .modelMismatch,
            "the stream needs the model \(Text.printable(format.modelName)) (\(format.networkFingerprint)), which is not installed; "
                + "\(list(entries)); put its file into \(folders.last ?? "VRVQ_MODEL_PATH") or name it with --model")
    }

    /// The context models of all models that can be found. Each is read once: that takes as long as seconds of audio.
    static let contextModels = ContextModels { wanted in
        if let known = knownContexts.withLock({ $0[wanted] }) { return known }
        for entry in installed() {
            guard let found = try? entry.model.contextModel, found.fingerprint == wanted else { continue }
            knownContexts.withLock { $0[wanted] = found }
            return found
        }
        return nil
    }

    private static let knownContexts = Mutex<[Fingerprint: ContextModel]>([:])

    /// Every model that can be found; files that are no models are passed over.
    static func installed() -> [Entry] {
        var entries: [Entry] = []
        if let model = try? DefaultModel.load() { entries.append(Entry(model: model, path: nil)) }
        for place in folders {
            for file in files(in: place) {
                if let model = try? Model(Files.map(file)) { entries.append(Entry(model: model, path: file)) }
            }
        }
        return entries
    }

    private static func files(in place: String) -> [String] {
        guard Files.isFolder(place) else { return [place] }
        let names = (try? Files.names(in: place)) ?? []
        return names.filter { $0.hasSuffix(".safetensors") }.map { "\(place)/\($0)" }
    }

    /// Reads a model file.
    static func read(_ path: String) throws -> Model {
        do { return try Model(Files.map(path)) } catch let error as VRVQError {
            throw Failure(.model, "\(Text.printable(path)): \(error.description)")
        }
    }

    /// Folders and files that are searched, in order.
    static var folders: [String] {
        var places = environment("VRVQ_MODEL_PATH")?.split(separator: ":").map(String.init) ?? []
        if let data = environment("XDG_DATA_HOME") {
            places.append("\(data)/vrvq/models")
        } else if let home = environment("HOME") {
            places.append("\(home)/.local/share/vrvq/models")
        }
        return places
    }

    /// The instruction set to use: the best one, or what `VRVQ_ISA` says.
    static func instructionSet() throws -> InstructionSet {
        guard let name = environment("VRVQ_ISA") else { return .best }
        guard let wanted = InstructionSet(rawValue: name), InstructionSet.available.contains(wanted) else {
            let names = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
            throw Failure.usage("VRVQ_ISA is \(Text.printable(name)), but this machine has: \(names)")
        }
        return wanted
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func list(_ entries: [Entry]) -> String {
        "installed are: " + entries.map { "\($0.model.name) (\($0.model.fingerprint))" }.joined(separator: ", ")
    }
}
