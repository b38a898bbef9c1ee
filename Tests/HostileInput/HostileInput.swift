/// The readers of foreign bytes, each behind one function over bytes that the tests and the fuzzer share. Whatever the
/// bytes are, a run ends; it throws where a reader breaks its word.
public enum HostileInput: String, CaseIterable, Sendable {
    /// A stream, through the strict reader, the tolerant one and the one that takes it whole.
    case container
    /// A stream, through the network.
    case decode
    /// A shape of seven bytes, then the payload of a chunk in coding 3.
    case payload
    /// The same for coding 4, with a context model that sets stages and entries.
    case learned
    /// A count and that many totals, then range-coded symbols with these totals.
    case range
    /// A number of codebooks, then a stream.
    case transcode
    /// A rate in two bytes, then a stream.
    case reduce
    /// First sample, sample count, frames before and behind, in eight bytes; then a stream.
    case cut
    /// A number of bytes, as many for a key and a value, then a stream.
    case tags
    /// A damaged stream.
    case repair
    /// A safetensors file: as such, as a model, as an import.
    case safetensors
    /// A PyTorch checkpoint, or its pickle alone.
    case checkpoint
    /// A file of the official DAC program.
    case dac
    /// NumPy's arrays and archives; streams on the way to them.
    case arrays

    /// Runs the reader.
    public func run(_ bytes: [UInt8]) throws(BrokenPromise) {
        switch self {
        case .container: try eachForm(of: bytes, StreamEntries.read)
        case .decode: try eachForm(of: bytes, StreamEntries.decode)
        case .payload: try PayloadEntries.adaptive(bytes)
        case .learned: try PayloadEntries.learned(bytes)
        case .range: try PayloadEntries.range(bytes)
        case .transcode: try StreamEntries.transcode(bytes)
        case .reduce: try StreamEntries.reduce(bytes)
        case .cut: try StreamEntries.cut(bytes)
        case .tags: try StreamEntries.tags(bytes)
        case .repair: try eachForm(of: bytes, StreamEntries.repair)
        case .safetensors: try FileEntries.safetensors(bytes)
        case .checkpoint: try FileEntries.checkpoint(bytes)
        case .dac: try FileEntries.dac(bytes)
        case .arrays: try FileEntries.arrays(bytes)
        }
    }

    /// The bytes as they are, and with the checksums that make their sections intact: nothing that mutates bytes at
    /// random comes past a checksum otherwise.
    private func eachForm(
        of bytes: [UInt8], _ body: ([UInt8]) throws(BrokenPromise) -> Void
    ) throws(BrokenPromise) {
        try body(bytes)
        let sealed = Seals.renewed(bytes)
        if sealed != bytes { try body(sealed) }
    }
}
