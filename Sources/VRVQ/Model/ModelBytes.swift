/// The bytes of a model file: in an array, or a region of memory that someone else keeps (the embedded model, a file
/// mapped into memory). Never written; several models may share them.
public struct ModelBytes: Sendable {
    private enum Storage: Sendable {
        case array([UInt8])
        case region(Region)
    }

    private let storage: Storage
    /// Number of bytes.
    public let count: Int

    /// Bytes in an array.
    public init(_ bytes: [UInt8]) {
        storage = .array(bytes)
        count = bytes.count
    }

    /// A region of memory that stays readable and unchanged until `release` is called, which happens once, when the
    /// last copy of this value has gone.
    /// - Parameter release: Nil for memory that stays for ever.
    public init(region: UnsafeRawBufferPointer, release: (@Sendable () -> Void)? = nil) {
        storage = .region(Region(bytes: region, release: release))
        count = region.count
    }

    /// Gives all bytes to `body` for the length of its run.
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch storage {
        case .array(let bytes):
            // The typed error cannot cross `withUnsafeBytes` on every toolchain this builds with.
            let result = bytes.withUnsafeBytes { raw in Swift.Result { () throws(Failure) in try body(raw) } }
            return try result.get()
        case .region(let region): return try body(region.bytes)
        }
    }

    /// Gives the bytes of `range`, which must lie within, to `body`.
    func withBytes<Result, Failure: Error>(
        of range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return try withBytes { raw throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: raw[range]))
        }
    }

    /// A copy of the bytes of `range`, which must lie within.
    func copy(_ range: Range<Int>) -> [UInt8] { withBytes(of: range) { Array($0) } }
}

/// Memory of someone else's. Unchecked: the pointer is only read, and the memory does not change while this lives.
private final class Region: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer
    let release: (@Sendable () -> Void)?

    init(bytes: UnsafeRawBufferPointer, release: (@Sendable () -> Void)?) {
        self.bytes = bytes
        self.release = release
    }

    deinit { release?() }
}

/// Little-endian integers at checked offsets of foreign bytes.
struct ByteReader {
    let bytes: ModelBytes
    /// What the bytes are, for the error's sentence.
    let what: String

    /// The unsigned integer of `width` bytes at `offset`.
    func integer(at offset: Int, width: Int) throws(VRVQError) -> UInt64 {
        let range = try range(at: offset, count: width)
        return bytes.withBytes(of: range) { raw in
            raw.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
    }

    /// The same as an `Int`.
    func int(at offset: Int, width: Int) throws(VRVQError) -> Int {
        guard let value = Int(exactly: try integer(at: offset, width: width)) else {
            throw VRVQError(.malformed, "\(what) holds a count out of range", offset: offset)
        }
        return value
    }

    /// `count` bytes at `offset`, checked to lie within.
    func range(at offset: Int, count: Int) throws(VRVQError) -> Range<Int> {
        let (end, overflow) = offset.addingReportingOverflow(count)
        guard offset >= 0, count >= 0, !overflow, end <= bytes.count else {
            throw VRVQError(.truncated, "\(what) ends early", offset: bytes.count)
        }
        return offset..<end
    }
}
