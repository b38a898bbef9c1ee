#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Standard input, output and error.
enum StandardStreams {
    /// Occupies those that are closed, so that no file that is opened later gets their numbers and is read or written
    /// in their place. The null device is opened the wrong way round: using such a stream stays an error.
    static func occupyClosed() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
        }
    }
}
