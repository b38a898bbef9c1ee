/// Cuts and joins of whole streams in memory, without the network (FORMAT.md, section 7.2). Chunks are copied byte for
/// byte; only those at a cut are written anew.
public enum StreamCut {
    /// The stream of some of the samples of another one. Decoded, it equals the same span of the whole's decode, where
    /// the context has what the model needs.
    /// - Parameters:
    ///   - samples: source samples, from 0; what lies behind the end is left out.
    ///   - context: frames that are kept around them and not heard.
    ///   - contextModels: needed where a chunk in coding 4 is cut through.
    /// - Throws: `badSetting` for an empty range or one behind the end; what `StreamReader` throws for a stream that
    ///   is no good as far as it is used.
    public static func cut(
        _ bytes: [UInt8], samples: (StreamFormat) throws(VRVQError) -> Range<Int>,
        contextModels: ContextModels = .none, context: (StreamFormat) throws(VRVQError) -> FrameContext
    ) throws(VRVQError) -> [UInt8] {
        let outline = try StreamOutline(StreamBytes(bytes), contextModels: contextModels)
        return try cut(outline, samples: try samples(outline.format), context: try context(outline.format))
    }

    /// The same of a stream that need not be in memory, for decoding: where it has a chunk index, nothing before the
    /// piece is read but the front of the stream, so that tags between chunks may be missing.
    public static func excerpt(
        _ stream: StreamBytes, samples: (StreamFormat) throws(VRVQError) -> Range<Int>,
        contextModels: ContextModels = .none, context: (StreamFormat) throws(VRVQError) -> FrameContext
    ) throws(VRVQError) -> [UInt8] {
        let format = try StreamOutline(headOf: stream).format
        let (samples, context) = (try samples(format), try context(format))
        let indexed = StreamOutline.indexed(
            stream, samples: samples, context: context, contextModels: contextModels)
        if let outline = indexed {
            return try cut(outline, samples: samples, context: context)
        }
        return try cut(
            try StreamOutline(stream, contextModels: contextModels), samples: samples, context: context)
    }

    private static func cut(
        _ outline: StreamOutline, samples: Range<Int>, context: FrameContext
    ) throws(VRVQError) -> [UInt8] {
        let wanted = samples.clamped(to: 0..<outline.sampleCount)
        guard !wanted.isEmpty else {
            throw VRVQError(
                .badSetting,
                samples.isEmpty
                    ? "a piece without a sample is no piece"
                    : "the piece begins at sample \(samples.lowerBound), but the stream has \(outline.sampleCount)")
        }
        var assembly = try StreamAssembly(outline.format, tags: outline.tags)
        var start = 0
        for part in outline.parts {
            let own = wanted.clamped(to: start..<start + part.sampleCount)
            if !own.isEmpty {
                try assembly.append(
                    part, of: outline, samples: own.lowerBound - start..<own.upperBound - start, context: context)
            }
            start += part.sampleCount
        }
        return try assembly.finish()
    }

    /// The same for a format that is known before.
    public static func cut(
        _ bytes: [UInt8], samples: Range<Int>, context: FrameContext, contextModels: ContextModels = .none
    ) throws(VRVQError) -> [UInt8] {
        try cut(
            bytes, samples: { (_) throws(VRVQError) in samples }, contextModels: contextModels,
            context: { (_) throws(VRVQError) in context })
    }

    /// Streams one behind the other, each as it would decode by itself. Tags are those of the first stream.
    /// - Throws: `badSetting` for streams that differ in model, rate or channels, naming the first that does; what
    ///   `StreamReader` throws for a stream that is no good.
    public static func joined(
        _ streams: [[UInt8]], contextModels: ContextModels = .none
    ) throws(VRVQError) -> [UInt8] {
        precondition(!streams.isEmpty, "at least one stream")
        var format: StreamFormat?
        var tags: [Tag] = []
        for (index, bytes) in streams.enumerated() {
            let outline = try StreamOutline(StreamBytes(bytes), contextModels: contextModels)
            if index == 0 { tags = outline.tags }
            format = try format?.joined(with: outline.format, number: index + 1) ?? outline.format
        }
        var assembly = try StreamAssembly(format!, tags: tags)
        for bytes in streams {
            let outline = try StreamOutline(StreamBytes(bytes), contextModels: contextModels)
            for part in outline.parts where part.sampleCount > 0 {
                let most = FrameContext(back: .max / 4, ahead: .max / 4)
                try assembly.append(part, of: outline, samples: 0..<part.sampleCount, context: most)
            }
        }
        return try assembly.finish()
    }
}

extension StreamFormat {
    /// The format of a stream that holds what both hold.
    fileprivate func joined(with other: StreamFormat, number: Int) throws(VRVQError) -> StreamFormat {
        for (name, own, others) in [
            ("model", networkFingerprint.description, other.networkFingerprint.description),
            ("source rate", "\(sourceRate)", "\(other.sourceRate)"), ("channels", "\(channels)", "\(other.channels)"),
            ("model rate", "\(modelRate)", "\(other.modelRate)"),
            ("hop", "\(hop)", "\(other.hop)"), ("stages", "\(stages)", "\(other.stages)"),
            ("codebook size", "\(entries)", "\(other.entries)"),
        ] where own != others {
            throw VRVQError(
                .badSetting,
                "streams can be joined only with the same \(name): the first has \(own), number \(number) "
                    + "has \(others)")
        }
        var joined = self
        // Where one of both codes its channels, the other can do so too.
        if stereoMode == .equal { joined.stereoMode = other.stereoMode }
        joined.framesPerChunk = max(framesPerChunk, other.framesPerChunk)
        if constantDepth != other.constantDepth { joined.constantDepth = nil }
        if scale != other.scale { joined.scale = nil }
        return joined
    }
}
