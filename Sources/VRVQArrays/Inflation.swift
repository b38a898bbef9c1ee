import CZlib
import VRVQ

/// What of zlib is used: raw deflate streams of a size known beforehand, and checksums.
enum Inflation {
    /// Deflate cannot make a byte stand for more.
    private static let greatestRatio = 1032

    /// Unpacks to exactly `size` bytes.
    /// - Throws: `limitExceeded` where so few bytes cannot hold so many, before anything is allocated; `malformed` for
    ///   a stream that is broken or has another size.
    static func inflate(_ bytes: ArraySlice<UInt8>, to size: Int, name: String) throws(VRVQError) -> [UInt8] {
        guard size <= bytes.count * greatestRatio, bytes.count <= Int(Int32.max), size < Int(Int32.max) else {
            throw VRVQError(.limitExceeded, "\(name): \(bytes.count) bytes cannot unpack to \(size)")
        }
        var stream = z_stream()
        guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw VRVQError(.limitExceeded, "\(name): no memory to unpack it")
        }
        defer { inflateEnd(&stream) }
        // One byte more than there may be shows a stream that does not end where it should.
        var output = [UInt8](repeating: 0, count: size + 1)
        var input = Array(bytes)
        let status = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                return CZlib.inflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END, stream.avail_out == 1, stream.avail_in == 0 else {
            throw VRVQError(.malformed, "\(name): its compressed bytes are damaged, or not as many as its entry says")
        }
        output.removeLast()
        return output
    }

    /// CRC-32 as zip files have it.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32(0, $0.baseAddress, UInt32($0.count))) }
    }
}
