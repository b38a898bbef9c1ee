import Training

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Lines for people.
enum Terminal {
    static func print(_ line: String) { put(line + "\n", on: 1) }

    static func printError(_ line: String) { put(line + "\n", on: 2) }

    /// True when standard error is a terminal.
    static var isInteractive: Bool { isatty(2) == 1 }

    static func put(_ text: String, on descriptor: Int32) {
        Array(text.utf8).withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count <= 0 { return }
                done += count
            }
        }
    }
}

/// The line that says how far a run is: rewritten on a terminal, else one line at each entry of the journal.
final class ProgressLine {
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant?
    private var isOpen = false
    private let every: Int

    /// - Parameter every: steps between lines where there is no terminal.
    init(every: Int) { self.every = every }

    func show(_ event: TrainingRun.Event) {
        switch event {
        case .message(let line):
            close()
            Terminal.printError(line)
        case .progress(let progress): show(progress)
        }
    }

    private func show(_ progress: TrainingRun.Progress) {
        guard Terminal.isInteractive else {
            if progress.step % every == 0 || progress.step == progress.steps {
                Terminal.printError(Self.text(progress))
            }
            return
        }
        if let last, clock.now - last < .milliseconds(200), progress.step < progress.steps { return }
        last = clock.now
        isOpen = true
        Terminal.put("\r\u{1B}[K" + Self.text(progress), on: 2)
    }

    /// Leaves the line as it stands.
    func close() {
        if isOpen { Terminal.put("\n", on: 2) }
        isOpen = false
    }

    private static let shown = ["loss", "mel", "rate", "depth", "discriminator"]

    /// `step 120/2000  loss 5.43  mel 2.61  ...  2.4 it/s  13 min left  waiting 1 %`
    static func text(_ progress: TrainingRun.Progress) -> String {
        let left = Double(progress.steps - progress.step) / max(progress.stepsPerSecond, 1e-9)
        var parts = ["step \(progress.step)/\(progress.steps)"]
        for name in shown {
            if let value = progress.values.first(where: { $0.name == name }) {
                parts.append("\(name) \(figures(value.value))")
            }
        }
        parts.append("\(figures(progress.stepsPerSecond)) it/s")
        parts.append("\(duration(left)) left")
        parts.append("waiting \(decimal(100 * progress.waitingShare, 0)) %")
        return parts.joined(separator: "  ")
    }
}
