import VRVQAudio

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ctrl-C and SIGTERM: unfinished outputs are removed, then the program ends with 128 + the signal's number.
/// A closed pipe and a limit of the file size become errors of the write instead of a silent end.
enum Interruption {
    /// To be called before any other thread exists, which then inherits the blocked signals.
    static func install() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) { sigaddset(&set, number) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A thread that waits for the signals may take locks and free memory, which a handler may not.
        let waiter = Waiter(set)
        #if canImport(Darwin)
            var thread: pthread_t?
            pthread_create(&thread, nil, { Waiter.run($0) }, Unmanaged.passRetained(waiter).toOpaque())
        #else
            var thread = pthread_t()
            pthread_create(&thread, nil, { Waiter.run($0!) }, Unmanaged.passRetained(waiter).toOpaque())
        #endif
    }

    /// A shell that ignores a signal for its background jobs means it.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        #if canImport(Darwin)
            let handler = action.__sigaction_u.__sa_handler
        #else
            let handler = action.__sigaction_handler.sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private final class Waiter {
        var set: sigset_t
        init(_ set: sigset_t) { self.set = set }

        static func run(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
            let waiter = Unmanaged<Waiter>.fromOpaque(context).takeRetainedValue()
            var number: Int32 = 0
            sigwait(&waiter.set, &number)
            AtomicFile.removeUnfinished()
            _exit(128 + number)
        }
    }
}
