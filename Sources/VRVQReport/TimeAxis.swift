/// Marks on a time axis: round steps, and labels in seconds, minutes or hours by the length.
struct TimeAxis {
    let seconds: Double

    private static let steps = [
        0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600,
        7200, 14400, 21600, 43200, 86400,
    ]

    /// Seconds between marks, for 12 of them at most.
    var step: Double {
        let least = seconds / 12
        return Self.steps.first { $0 >= least } ?? (least / 86400).rounded(.up) * 86400
    }

    var marks: [Double] {
        let step = step
        return (0...Int(seconds / step + 1e-9)).map { Double($0) * step }
    }

    var unit: String { seconds < 120 ? "s" : seconds < 7200 ? "min:s" : "h:min" }

    func label(_ time: Double) -> String {
        if seconds < 120 { return fixed(time, 3) }
        let small = Int((seconds < 7200 ? time : time / 60).rounded())
        return "\(small / 60):" + (small % 60 < 10 ? "0" : "") + "\(small % 60)"
    }
}
