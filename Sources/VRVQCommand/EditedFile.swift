import VRVQ
import VRVQAudio

/// Streams that are changed as wholes: read into memory, written at once.
enum EditedFile {
    /// Bytes of a stream that is read into memory as a whole; a month at the usual rates.
    static let maximumBytes = 1 << 30

    /// The bytes of a file or of standard input.
    static func read(_ path: String) throws -> [UInt8] {
        let reader = try ByteReader(path: path)
        return try reader.readAll(limit: maximumBytes)
    }

    /// Refuses outputs that cannot be meant.
    static func check(output: String, inputs: [String]) throws {
        if output.isEmpty { throw Failure.usage("the output is an empty text where a file is to be named") }
        if output == "-" && Text.isTerminal(1) {
            throw Failure.usage("a stream would go to the terminal: name a file or redirect the output")
        }
        if inputs.filter({ $0 == "-" }).count > 1 { throw Failure.usage("standard input can be read only once") }
        guard output != "-", inputs.contains(where: { $0 != "-" && Files.areSame($0, output) }) else { return }
        throw Failure.usage("\(Text.printable(output)): output and input are the same file; name another output")
    }

    /// Refuses to write a stream with chunks that were copied without a look at their codes and are damaged.
    static func checkWhole(_ bytes: [UInt8], contextModels: ContextModels) throws {
        let inspection = try StreamInspection(bytes, contextModels: contextModels)
        guard let fault = inspection.faults.first else { return }
        throw VRVQError(.malformed, "the piece is damaged: \(fault.message); vrvq verify says where the input is")
    }

    /// An output that appears when it is complete, with the folders on the way to it.
    static func open(_ path: String, overwrite: Bool) throws -> AtomicFile {
        try Files.makeFolder(String(Files.folder(of: path).dropLast()))
        return try Failure.opening(AtomicFile(path: path, overwrite: overwrite))
    }

    /// Writes a whole file.
    static func write(_ bytes: [UInt8], to path: String, overwrite: Bool) throws {
        let file = try open(path, overwrite: overwrite)
        try file.write(bytes)
        try file.finish()
    }
}

extension Text {
    /// A duration in seconds.
    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
