import VRVQ
import VRVQAudio

/// Decoded samples on their way to a file: segment by segment, converted to its rate and cut to its length.
final class DecodeOutput {
    private let writer: AudioWriter
    private let format: StreamFormat
    private let rate: Int
    private var conversion: SegmentConversion
    /// Number of the segment at hand, and source samples of those before it.
    private var (segment, start) = (0, 0)

    init(_ format: StreamFormat, target: DecodeTarget, path: String, overwrite: Bool) throws {
        self.format = format
        rate = target.rate ?? format.sourceRate
        try Files.makeFolder(String(Files.folder(of: path).dropLast()))
        writer = try Failure.opening(
            AudioWriter(
                path: path, format: AudioFormat(sampleRate: rate, channels: format.channels),
                encoding: target.encoding, container: target.container, overwrite: overwrite))
        conversion = try SegmentConversion(Segment(), format, rate: rate)
    }

    /// Seconds written so far.
    var seconds: Double { Double(writer.framesWritten) / Double(rate) }
    var clippedSamples: Int { writer.clippedSamples }

    /// Takes samples that the decoder has just given, of all frames of its segment.
    func push(_ samples: [[Float]], _ decoder: StreamDecoder) throws {
        if !conversion.isStarted {
            start(decoder)
            conversion = try SegmentConversion(decoder.segment, format, rate: rate)
        } else if decoder.segmentIndex != segment {
            try end(sourceSamples: decoder.samplesBefore)
            start(decoder)
            conversion = try SegmentConversion(decoder.segment, format, rate: rate)
        }
        try write(try conversion.push(samples))
    }

    private func start(_ decoder: StreamDecoder) { (segment, start) = (decoder.segmentIndex, decoder.samplesBefore) }

    /// Ends the segment at hand. `sourceSamples` counts from the start of the stream.
    private func end(sourceSamples: Int) throws {
        let wanted = Resampler.outputFrames(sourceSamples, from: format.sourceRate, to: rate)
        let before = Resampler.outputFrames(start, from: format.sourceRate, to: rate)
        try write(try conversion.finish(count: wanted - before))
    }

    func finish(sourceSamples: Int) throws {
        try end(sourceSamples: sourceSamples)
        try writer.finish()
    }

    private func write(_ samples: [[Float]]) throws {
        if samples.first?.isEmpty == false { try writer.write(samples) }
    }
}

/// The samples of one segment's frames at the rate of the output, from the segment's first sample on. They lie at the
/// instants at which they lie in the recording that the segment was cut from.
final class SegmentConversion {
    private let resampler: Resampler
    private let channels: Int
    /// Zeros in front of the first frame, which bring its start to an instant that both rates have.
    private var padding: Int
    /// Samples of the output before the segment's first one, still to be dropped.
    private var leading: Int
    /// Samples that may lie behind the segment's last one.
    private let heldBack: Int
    private var held: [[Float]]
    private var given = 0
    private(set) var isStarted = false

    init(_ segment: Segment, _ format: StreamFormat, rate: Int) throws {
        channels = format.channels
        resampler = try Resampler(from: format.modelRate, to: rate, channels: channels)
        let divisor = Self.greatestCommonDivisor(format.modelRate, rate)
        let (unit, outputUnit) = (format.modelRate / divisor, rate / divisor)
        let start = segment.firstFrame * format.hop
        padding = start % unit
        leading = (segment.firstSample * rate + format.sourceRate / 2) / format.sourceRate - start / unit * outputUnit
        heldBack =
            segment.lookAhead == 0
            ? 0 : (segment.lookAhead + 1) * Resampler.outputFrames(format.hop, from: format.modelRate, to: rate)
        held = Array(repeating: [], count: channels)
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }

    func push(_ samples: [[Float]]) throws -> [[Float]] {
        isStarted = true
        if padding > 0 {
            take(try resampler.push(Array(repeating: Array(repeating: 0, count: padding), count: channels)))
            padding = 0
        }
        take(try resampler.push(samples))
        return give(max(0, held[0].count - heldBack))
    }

    /// The rest of `count` samples in all.
    func finish(count: Int) throws -> [[Float]] {
        take(try resampler.finish())
        // Two conversions round up twice, so there may be a sample more than there was.
        let missing = count - given - held[0].count
        if missing > 0 { for channel in held.indices { held[channel] += repeatElement(0, count: missing) } }
        return give(max(0, count - given))
    }

    private func take(_ samples: [[Float]]) {
        let dropped = min(leading, samples[0].count)
        leading -= dropped
        for channel in held.indices { held[channel] += samples[channel][dropped...] }
    }

    private func give(_ count: Int) -> [[Float]] {
        given += count
        return held.indices.map { channel in
            defer { held[channel].removeFirst(count) }
            return Array(held[channel][..<count])
        }
    }
}
