import CSoxr

/// Changes the rate of planar samples, as a stream, by libsoxr at its very high quality (28 bit).
///
/// `n` frames in give exactly `ceil(n * to / from)` frames out over the whole stream, in time with the input (no
/// delay). The output has the same bits whatever the blocks that were pushed. Equal rates pass samples untouched.
public final class Resampler {
    /// Rate of the input in hertz.
    public let inputRate: Int
    /// Rate of the output in hertz.
    public let outputRate: Int
    /// Number of channels.
    public let channels: Int

    private let engine: Engine?
    private var pending: [[Float]]
    private var framesIn = 0
    private var framesOut = 0

    /// Rates may differ by this factor at most: filters grow with it.
    public static let largestRatio = 256

    /// A resampler between two rates. Throws `unsupported` where they lie too far apart.
    public init(from inputRate: Int, to outputRate: Int, channels: Int) throws(AudioError) {
        precondition(AudioFormat.sampleRates.contains(inputRate) && AudioFormat.sampleRates.contains(outputRate))
        precondition(AudioFormat.channelCounts.contains(channels))
        let (low, high) = (min(inputRate, outputRate), max(inputRate, outputRate))
        if high > low * Self.largestRatio {
            throw AudioError(
                .unsupported,
                "resampling from \(inputRate) to \(outputRate) Hz: a factor above \(Self.largestRatio)")
        }
        self.inputRate = inputRate
        self.outputRate = outputRate
        self.channels = channels
        pending = Array(repeating: [], count: channels)
        engine = inputRate == outputRate ? nil : try Engine(inputRate, outputRate, channels)
    }

    /// `ceil(frames * to / from)`, exactly.
    public static func outputFrames(_ frames: Int, from: Int, to: Int) -> Int {
        frames / from * to + (frames % from * to + from - 1) / from
    }

    /// Takes frames, `planar[channel][frame]`, and returns those that are complete.
    public func push(_ planar: [[Float]]) throws(AudioError) -> [[Float]] {
        precondition(planar.count == channels && planar.allSatisfy { $0.count == planar[0].count })
        framesIn += planar[0].count
        guard let engine else { return planar }
        for channel in 0..<channels { pending[channel] += planar[channel] }
        var output = [[Float]](repeating: [], count: channels)
        var start = 0
        // soxr promises no independence of block sizes, so it always gets the same ones.
        while pending[0].count - start >= Engine.block {
            try engine.process(pending, start..<start + Engine.block, into: &output)
            start += Engine.block
        }
        for channel in 0..<channels { pending[channel].removeFirst(start) }
        framesOut += output[0].count
        return output
    }

    /// Returns the rest. Afterwards the resampler is used up.
    public func finish() throws(AudioError) -> [[Float]] {
        var output = [[Float]](repeating: [], count: channels)
        guard let engine else { return output }
        try engine.process(pending, 0..<pending[0].count, into: &output)
        try engine.flush(into: &output)
        let count = Self.outputFrames(framesIn, from: inputRate, to: outputRate) - framesOut
        for channel in 0..<channels {
            output[channel].removeLast(max(0, output[channel].count - count))
            output[channel] += repeatElement(0, count: max(0, count - output[channel].count))
        }
        return output
    }

    /// A whole signal at once.
    public static func resample(_ planar: [[Float]], from: Int, to: Int) throws(AudioError) -> [[Float]] {
        if planar.isEmpty || from == to { return planar }
        let resampler = try Resampler(from: from, to: to, channels: planar.count)
        var output = try resampler.push(planar)
        let rest = try resampler.finish()
        for channel in output.indices { output[channel] += rest[channel] }
        return output
    }
}

/// The soxr object with its output buffers.
private final class Engine {
    static let block = 4096
    private static let outputBlock = 8192

    private let handle: soxr_t
    private let channels: Int
    private let buffer: UnsafeMutablePointer<Float>
    private let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>

    init(_ from: Int, _ to: Int, _ channels: Int) throws(AudioError) {
        var failure: soxr_error_t?
        var layout = soxr_io_spec(SOXR_FLOAT32_S, SOXR_FLOAT32_S)
        var quality = soxr_quality_spec(UInt(SOXR_28_BITQ), 0)
        var threads = soxr_runtime_spec(1)
        guard
            let handle = soxr_create(
                Double(from), Double(to), UInt32(channels), &failure, &layout, &quality, &threads)
        else { throw Self.error(failure) }
        self.handle = handle
        self.channels = channels
        buffer = .allocate(capacity: channels * Self.outputBlock)
        pointers = .allocate(capacity: channels)
        for channel in 0..<channels { pointers[channel] = .init(buffer + channel * Self.outputBlock) }
    }

    deinit {
        soxr_delete(handle)
        buffer.deallocate()
        pointers.deallocate()
    }

    func process(_ planar: [[Float]], _ frames: Range<Int>, into output: inout [[Float]]) throws(AudioError) {
        if frames.isEmpty { return }
        var input: [Float] = []
        for channel in planar { input += channel[frames] }
        var start = 0
        while start < frames.count {
            start += try step(input, start: start, frames: frames.count, into: &output).used
        }
        while try step(input, start: frames.count, frames: frames.count, into: &output).made > 0 {}
    }

    func flush(into output: inout [[Float]]) throws(AudioError) {
        while try step(nil, start: 0, frames: 0, into: &output).made > 0 {}
    }

    /// One call of soxr on `frames - start` frames of `input` (`[channel][frame]`, flat); nil tells it of the end.
    private func step(
        _ input: [Float]?, start: Int, frames: Int, into output: inout [[Float]]
    ) throws(AudioError) -> (used: Int, made: Int) {
        var (used, made) = (0, 0)
        let failure: soxr_error_t? =
            if let input {
                input.withUnsafeBufferPointer { samples in
                    let starts = (0..<channels).map { UnsafeRawPointer(samples.baseAddress! + $0 * frames + start) }
                    return starts.withUnsafeBytes {
                        soxr_process(
                            handle, $0.baseAddress, frames - start, &used, pointers, Self.outputBlock, &made)
                    }
                }
            } else {
                soxr_process(handle, nil, 0, nil, pointers, Self.outputBlock, &made)
            }
        if let failure { throw Self.error(failure) }
        for channel in 0..<channels {
            output[channel] += UnsafeBufferPointer(start: buffer + channel * Self.outputBlock, count: made)
        }
        return (used, made)
    }

    private static func error(_ failure: soxr_error_t?) -> AudioError {
        AudioError(.unsupported, "resampling: \(failure.map { String(cString: $0) } ?? "soxr gives no reason")")
    }
}
