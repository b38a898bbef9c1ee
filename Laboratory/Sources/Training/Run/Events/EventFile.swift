@_spi(Laboratory) import VRVQ

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A TensorBoard event file that grows: records of a length, the length's checksum, an `Event`, and its checksum
/// (TensorFlow's TFRecord).
final class EventFile {
    let path: String
    private let descriptor: Int32

    /// Opens a file of its own for this process in a folder, which is made where it is missing.
    /// - Parameter step: the first that it will hold; what earlier files have from there on no longer counts.
    init(in folder: String, from step: Int) throws(RunError) {
        try Files.makeFolder(folder)
        let time = Self.time
        // TensorBoard reads files in the order of their names.
        let number = String(Files.names(in: folder).count + 100_000)
        path = "\(folder)/events.out.tfevents.\(Int(time)).\(Self.host).\(number)"
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw Files.failure(path, "cannot be created") }
        try write(Event(time: time, step: 0, content: .version))
        try write(Event(time: time, step: step, content: .start))
    }

    deinit { close(descriptor) }

    /// Appends values of a step.
    func append(step: Int, _ values: [(tag: String, value: Event.Value)]) throws(RunError) {
        guard !values.isEmpty else { return }
        try write(Event(time: Self.time, step: step, content: .summary(values)))
    }

    private func write(_ event: Event) throws(RunError) {
        try Files.writeAll(descriptor, Self.record(event.encoded), path)
    }

    /// A record of some bytes.
    static func record(_ data: [UInt8]) -> [UInt8] {
        let length = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(data.count) >> (8 * $0)) }
        return length + masked(length) + data + masked(data)
    }

    /// The checksum of bytes, turned and shifted as the format wants it.
    private static func masked(_ bytes: [UInt8]) -> [UInt8] {
        let crc = CRC32C.checksum(bytes[...])
        let value = (crc >> 15 | crc << 17) &+ 0xA282_EAD8
        return (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static var time: Double {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
    }

    /// The machine's name, as part of a file's name.
    private static var host: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let name = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: name, as: UTF8.self).replacing("/", with: "-")
    }
}
