#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Power over time and mel frequency, at most ``SpectrogramBuilder/mostColumns`` columns whatever the length.
public struct Spectrogram: Sendable {
    /// Length of the audio in seconds.
    public let seconds: Double
    /// Samples per second.
    public let sampleRate: Int
    /// Seconds that one column covers; the last column may reach beyond the end of the audio.
    public let columnSeconds: Double
    /// Level in decibels, 0 dB being a sine of amplitude 1: `levels[column * rows + row]`, row 0 the lowest
    /// frequency. Never above 120 or below -200.
    public let levels: [Float]
    let axis: MelAxis

    /// Number of rows.
    public var rows: Int { axis.rows }
    /// Number of columns.
    public var columns: Int { levels.count / axis.rows }
    /// The row in which a frequency in hertz lies.
    public func row(of hertz: Double) -> Int { axis.row(of: hertz) }
}

/// Makes a spectrogram from samples as they come, in memory that does not grow: when there are too many columns,
/// neighbours are averaged in pairs, and each column covers twice the time from then on.
public final class SpectrogramBuilder {
    /// Columns of the result at most.
    public static let mostColumns = 1200
    static let rows = 200

    private let sampleRate: Int
    private let transform: RealFFT
    private let axis: MelAxis
    private let bins: [RowBins]
    private let window: [Float]
    private let hop: Int
    private var pending: [Float]
    private var sampleCount = 0
    private var framesDone = 0
    private var span = 1
    private var columns: [Float] = []
    private var sum: [Float]
    private var summed = 0
    private var framesInColumn = 0

    /// A builder for audio of so many samples per second.
    public init(sampleRate: Int) {
        precondition(sampleRate > 0)
        self.sampleRate = sampleRate
        var size = 256
        while size < 8192 && size * 32 < sampleRate { size *= 2 }
        transform = RealFFT(size: size)
        axis = MelAxis(rows: Self.rows, top: Double(sampleRate) / 2)
        hop = size / 8
        bins = RowBins.rows(of: axis, perHertz: Double(size) / Double(sampleRate), binCount: size / 2 + 1)
        window = (0..<size).map { Float(0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(size))) }
        // The first frame is centred on the middle of the first hop.
        pending = Array(repeating: 0, count: (size - hop) / 2)
        sum = Array(repeating: 0, count: Self.rows)
    }

    /// Takes samples of one channel. What is not finite counts as 0.
    public func add(_ samples: [Float]) {
        sampleCount += samples.count
        append(samples)
    }

    /// Takes samples `[channel][frame]` of several channels and shows their mean.
    public func add(planar: [[Float]]) {
        guard let first = planar.first else { return }
        if planar.count == 1 { return add(first) }
        let gain = 1 / Float(planar.count)
        add(first.indices.map { frame in planar.reduce(0) { $0 + ($1[frame].isFinite ? $1[frame] : 0) } * gain })
    }

    /// The spectrogram of all that was added. The builder is used up.
    public func finish() -> Spectrogram {
        let frames = (sampleCount + hop - 1) / hop
        if frames > framesDone {
            append([Float](repeating: 0, count: (frames - 1) * hop + transform.size - consumed - pending.count))
        }
        if framesInColumn > 0 { closeColumn() }
        return Spectrogram(
            seconds: Double(sampleCount) / Double(sampleRate), sampleRate: sampleRate,
            columnSeconds: Double(span * hop) / Double(sampleRate), levels: columns.map(Self.decibels), axis: axis)
    }

    private var consumed: Int { framesDone * hop }

    private func append(_ samples: [Float]) {
        for block in stride(from: 0, to: samples.count, by: 1 << 16) {
            pending += samples[block..<min(samples.count, block + 1 << 16)].lazy.map { $0.isFinite ? $0 : 0 }
            var start = 0
            while start + transform.size <= pending.count {
                addFrame(start)
                start += hop
            }
            pending.removeFirst(start)
        }
    }

    /// Long audio need not be transformed whole: eight frames per column show as much as all.
    private func addFrame(_ start: Int) {
        if framesInColumn % max(1, span / 8) == 0 {
            let powers = transform.powers(of: window.indices.map { window[$0] * pending[start + $0] })
            // A window of mean 1/2 gives a sine of amplitude 1 a peak of (size / 4)^2.
            let scale = 16 / (Float(transform.size) * Float(transform.size))
            for row in 0..<Self.rows { sum[row] += bins[row].power(powers) * scale }
            summed += 1
        }
        framesDone += 1
        framesInColumn += 1
        if framesInColumn == span { closeColumn() }
        if columns.count > Self.mostColumns * Self.rows { halve() }
    }

    private func closeColumn() {
        columns += sum.map { $0 / Float(summed) }
        sum = Array(repeating: 0, count: Self.rows)
        summed = 0
        framesInColumn = 0
    }

    /// Averages columns in pairs; called between columns. An odd last one becomes the first half of the next.
    private func halve() {
        let rows = Self.rows
        let pairs = columns.count / (2 * rows)
        if columns.count / rows % 2 == 1 {
            summed = min(span, 8)
            sum = columns.suffix(rows).map { $0 * Float(summed) }
            framesInColumn = span
        }
        columns = (0..<pairs * rows).map { index in
            let first = index / rows * 2 * rows + index % rows
            return (columns[first] + columns[first + rows]) / 2
        }
        span *= 2
    }

    private static func decibels(_ power: Float) -> Float {
        power.isNaN ? -200 : min(120, max(-200, 10 * log10(power)))
    }
}

/// The bins of a transform that make up one row.
private struct RowBins {
    var first: Int
    var last: Int
    /// Where no bin lies in the row: the share of the upper of two neighbours.
    var part: Float?

    static func rows(of axis: MelAxis, perHertz: Double, binCount: Int) -> [RowBins] {
        (0..<axis.rows).map { row in
            let (low, high) = (axis.edge(Double(row)) * perHertz, axis.edge(Double(row + 1)) * perHertz)
            let (first, last) = (Int(low.rounded(.up)), min(binCount - 1, Int(high)))
            if first <= last { return RowBins(first: first, last: last) }
            let below = min(binCount - 2, Int((low + high) / 2))
            return RowBins(first: below, last: below + 1, part: Float((low + high) / 2 - Double(below)))
        }
    }

    /// The strongest bin, so that a tone keeps its level; between bins, the line through the two next ones.
    func power(_ powers: [Float]) -> Float {
        if let part { return powers[first] * (1 - part) + powers[last] * part }
        var largest = powers[first]
        for bin in first...last { largest = max(largest, powers[bin]) }
        return largest
    }
}
