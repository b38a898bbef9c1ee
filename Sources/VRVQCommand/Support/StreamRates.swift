import VRVQ
import VRVQNetwork

/// What a stream costs, from the bytes that it really takes.
struct StreamRates {
    let statistics: StreamStatistics
    let format: StreamFormat
    let sampleCount: Int

    init(_ statistics: StreamStatistics, format: StreamFormat, sampleCount: Int) {
        self.statistics = statistics
        self.format = format
        self.sampleCount = sampleCount
    }

    /// Seconds of audio.
    var seconds: Double { Double(sampleCount) / Double(format.sourceRate) }

    /// kbit/s of all channels together, from all bytes.
    var kbps: Double { seconds > 0 ? Double(statistics.totalBytes) * 8 / seconds / 1000 : 0 }

    /// Codebooks in use per frame and channel.
    var meanDepth: Double {
        let frames = statistics.frames * format.codedChannels
        return frames > 0 ? Double(statistics.usedCodes) / Double(frames) : 0
    }

    /// kbit/s as the paper counts: the codes, and log2(N) bits for each frame's depth where the rate is variable.
    var paperKbps: Double {
        guard statistics.frames > 0 else { return 0 }
        // A constant rate needs no side information.
        let bits = ImportanceMap.paperBits(
            usedCodes: statistics.usedCodes, frames: statistics.frames * format.codedChannels,
            stages: format.constantDepth == nil ? format.stages : 1, bitsPerCode: format.bitsPerCode)
        let duration = Double(statistics.frames * format.hop) / Double(format.modelRate)
        return bits / duration / 1000
    }

    var json: [String: JSON] {
        [
            "seconds": .number(seconds), "sample_count": .integer(sampleCount),
            "bytes": .integer(statistics.totalBytes), "kbps": .number(kbps), "paper_kbps": .number(paperKbps),
            "mean_depth": .number(meanDepth), "frames": .integer(statistics.frames),
            "header_bytes": .integer(statistics.headerBytes), "tag_bytes": .integer(statistics.tagBytes),
            "chunk_bytes": .integer(statistics.chunkBytes),
            "chunk_overhead_bytes": .integer(statistics.chunkOverheadBytes),
            "trailer_bytes": .integer(statistics.trailerBytes), "other_bytes": .integer(statistics.otherBytes),
            "chunks": .integer(statistics.chunks),
            "used_codes": .integer(statistics.usedCodes), "depth_bits": .integer(statistics.depthBits),
            "code_bits": .integer(statistics.codeBits),
            "bits_per_code": .array(statistics.bitsPerCode.map { $0.map { .number($0) } ?? .null }),
            "silent_frames": .integer(statistics.silenceRunFrames),
        ]
    }
}

extension StreamFormat {
    /// What the header says.
    var json: [String: JSON] {
        var object: [String: JSON] = [
            "sample_rate": .integer(sourceRate), "channels": .integer(channels), "model_rate": .integer(modelRate),
            "hop": .integer(hop), "stages": .integer(stages), "entries": .integer(entries),
            "frames_per_chunk": .integer(framesPerChunk), "model": .string(modelName),
            "fingerprint": .string(networkFingerprint.description), "stereo": .string(stereoMode.description),
            "coded_channels": .integer(codedChannels),
        ]
        if let constantDepth { object["codebooks"] = .integer(constantDepth) }
        if let scale { object["scale"] = .number(Double(scale)) }
        return object
    }

    /// The rate in words.
    var rateText: String {
        if let constantDepth { return "constant, \(constantDepth) of \(stages) codebooks" }
        return "variable" + (scale.map { ", scale \(Text.decimal(Double($0), 2))" } ?? "")
    }
}
