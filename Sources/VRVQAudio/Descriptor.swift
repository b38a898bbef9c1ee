/// An open descriptor, closed with its owner unless it is one of the three standard ones.
final class Descriptor {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { if number > 2 { System.closeDescriptor(number) } }

    /// A file of no name in the folder for temporary files; gone with the descriptor.
    static func temporary() throws(AudioError) -> Descriptor {
        let path = "\(System.temporaryFolder)/\(temporaryName())"
        let descriptor = Descriptor(try System.create(path))
        System.remove(path)
        return descriptor
    }

    /// A hidden name that no other process takes.
    static func temporaryName() -> String {
        ".vrvq-\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
    }
}
