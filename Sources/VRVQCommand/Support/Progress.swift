/// A line that is rewritten on a terminal while a file is worked on; silent everywhere else.
final class Progress {
    private let name: String
    private let total: Double?
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var last = ContinuousClock.now
    private var hasLine = false

    /// - Parameter total: seconds of audio, where known.
    init(_ name: String, totalSeconds total: Double?, isShown: Bool) {
        self.name = Text.printable(name)
        self.total = total
        self.isShown = isShown && Text.isTerminal(2)
    }

    /// Seconds of wall-clock time since the start.
    var elapsed: Double { seconds(ContinuousClock.now - start) }

    /// Shows how far it is, at most ten times a second.
    func update(seconds done: Double, bytes: Int) {
        guard isShown, seconds(ContinuousClock.now - last) > 0.1, done > 0 else { return }
        last = ContinuousClock.now
        hasLine = true
        let share = total.map { "\(Text.decimal(100 * done / max($0, done), 0)) %" } ?? Text.duration(done)
        Text.printStatus(
            "\(name): \(share), \(Text.decimal(done / elapsed, 0)) times real time"
                + (bytes == 0 ? "" : ", \(Text.decimal(Double(bytes) * 8 / done / 1000, 2)) kbit/s"))
    }

    /// Removes the line.
    func clear() {
        if hasLine { Text.printStatus("") }
        hasLine = false
    }

    /// An error that ends the work finds an empty line.
    deinit { clear() }

    private func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}

extension Text {
    /// Rewrites the last line of the terminal.
    static func printStatus(_ line: String) { printErrorRaw("\r\u{1B}[K" + line) }
}
