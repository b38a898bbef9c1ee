import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A wish from outside that the run should save and stop: SIGINT or SIGTERM.
package enum StopRequest {
    private static let received = Atomic<Int32>(0)

    /// The number of the signal that came, or nil.
    package static var signal: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Takes both signals from now on. A second one ends the process at once.
    package static func install() {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGINT, SIGTERM] {
            _ = systemSignal(number, { Self.take($0) })
            sigaddset(&set, number)
        }
        // Whoever starts the program may have blocked them in the thread that does it.
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// Only what a signal handler may do.
    private static func take(_ number: Int32) {
        received.store(number, ordering: .relaxed)
        _ = systemSignal(number, SIG_DFL)
    }

    /// As if the signal had come, for tests.
    package static func set(_ number: Int32?) { received.store(number ?? 0, ordering: .relaxed) }
}

#if canImport(Darwin)
    private func systemSignal(_ number: Int32, _ handler: (@convention(c) (Int32) -> Void)?) -> (
        @convention(c) (Int32) -> Void
    )? {
        signal(number, handler)
    }
#else
    private func systemSignal(_ number: Int32, _ handler: __sighandler_t?) -> __sighandler_t? {
        signal(number, handler)
    }
#endif
