import Torch
import VRVQ

/// A run's whole state after some steps: a folder of safetensors files and a manifest.
///
///     manifest.json               step, the journal's unwritten part, best validation
///     weights.safetensors         the codec's arrays, as trained
///     average.safetensors         their moving averages, where kept
///     discriminators.safetensors  where there are any
///     optimisers.safetensors      moments and steps, `generator.` and `discriminators.` in front
///     codebooks.safetensors       averages of codebooks and their use
///     random.safetensors          state of PyTorch's generators
///     configuration.yaml          every setting
///
/// In the compact form arrays are rounded (`CompactArrays`) and files come in parts (`FileParts`).
package struct Checkpoint {
    package typealias Arrays = [(name: String, tensor: Tensor)]

    /// Arrays by the file that they are in.
    package var files: [String: Arrays]
    /// What is not a tensor.
    package var manifest: [String: JSON]
    /// Every setting.
    package var configuration: TrainingConfiguration

    /// The version of the layout.
    private static let version = 1

    package init(files: [String: Arrays], manifest: [String: JSON], configuration: TrainingConfiguration) {
        self.files = files
        self.manifest = manifest
        self.configuration = configuration
    }

    /// Writes a folder that appears under its name only when everything in it is on the disk.
    package func write(to folder: String) throws {
        let temporary = folder + ".new"
        Files.remove(temporary)
        do {
            try Files.makeFolder(temporary)
            let isCompact = configuration.checkpointForm == .compact
            for (name, arrays) in files {
                let stored = isCompact ? try CompactArrays.encoded(arrays, file: name) : arrays
                try FileParts.write(
                    TensorArchive.bytes(of: stored), to: "\(temporary)/\(name).safetensors",
                    limit: isCompact ? FileParts.limit : nil)
            }
            try Files.write(Array(configuration.yaml.utf8), to: "\(temporary)/configuration.yaml")
            var manifest = manifest
            manifest["version"] = .integer(Self.version)
            manifest["form"] = .string(configuration.checkpointForm.rawValue)
            manifest["files"] = .array(files.keys.sorted().map { .string("\($0).safetensors") })
            try Files.write(Array(JSON.object(manifest).indentedText.utf8), to: "\(temporary)/manifest.json")
            Files.remove(folder)
            try Files.rename(temporary, to: folder)
        } catch {
            Files.remove(temporary)
            throw error
        }
    }

    /// Reads a folder that `write` made.
    package init(reading folder: String) throws {
        guard Files.exists("\(folder)/manifest.json") else {
            throw RunError(.unreadable, "\(folder): no checkpoint (it has no manifest.json)")
        }
        let json = try JSON(parsing: Files.read("\(folder)/manifest.json"), what: "\(folder)/manifest.json")
        guard let manifest = json.objectValue, manifest["version"]?.integerValue == Self.version else {
            throw RunError(.damaged, "\(folder): a checkpoint of another version")
        }
        self.manifest = manifest
        configuration = try TrainingConfiguration(file: "\(folder)/configuration.yaml")
        files = [:]
        for file in manifest["files"]?.arrayValue ?? [] {
            guard let name = file.stringValue, name.hasSuffix(".safetensors"), !name.contains("/") else { continue }
            let arrays = try Self.arrays("\(folder)/\(name)")
            files[String(name.dropLast(".safetensors".count))] =
                manifest["form"]?.stringValue == "compact" ? try CompactArrays.decoded(arrays) : arrays
        }
    }

    private static func arrays(_ path: String) throws -> Arrays {
        let archive = try Safetensors(ModelBytes(FileParts.read(path)))
        return try archive.arrays.keys.sorted().map { ($0, try TensorArchive.tensor($0, in: archive)) }
    }

    /// The arrays of a file by name; an error where the file is missing.
    package func arrays(_ file: String) throws(RunError) -> [String: Tensor] {
        guard let arrays = files[file] else {
            throw RunError(.damaged, "the checkpoint has no \(file).safetensors; it is of another configuration")
        }
        return Dictionary(arrays.map { ($0.name, $0.tensor) }) { $1 }
    }
}

extension [(name: String, tensor: Tensor)] {
    /// The same arrays with a word in front of their names.
    func prefixed(_ word: String) -> Self { map { ("\(word).\($0.name)", $0.tensor) } }
}

extension [String: Tensor] {
    /// The arrays whose names begin with a word, without it.
    func stripped(_ word: String) -> Self {
        var result: Self = [:]
        for (name, tensor) in self where name.hasPrefix(word + ".") {
            result[String(name.dropFirst(word.count + 1))] = tensor
        }
        return result
    }
}
