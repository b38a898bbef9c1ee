import VRVQ

/// Streams as NumPy's arrays and back.
package enum TokenArrays {
    /// The codes alone.
    package static func npy(_ stream: TokenStream) -> [UInt8] { CodeArray.bytes(stream.grids) }

    /// The codes with all that it takes to write the stream again.
    /// - Parameter entropy: how its chunks were coded.
    package static func npz(_ stream: TokenStream, entropy: EntropyCoding) -> [UInt8] {
        let format = stream.format
        var arrays: [(name: String, content: [UInt8])] = [
            ("codes", CodeArray.bytes(stream.grids)), ("depth", CodeArray.depthBytes(stream.grids)),
            ("sample_count", NPYWriter.integer(stream.sampleCount)),
            ("sample_rate", NPYWriter.integer(format.sourceRate)),
            ("fingerprint", NPYWriter.text(format.networkFingerprint.description)),
            ("model", NPYWriter.text(format.modelName)), ("model_rate", NPYWriter.integer(format.modelRate)),
            ("hop", NPYWriter.integer(format.hop)), ("entries", NPYWriter.integer(format.entries)),
            ("frames_per_chunk", NPYWriter.integer(format.framesPerChunk)),
            ("entropy", NPYWriter.text(name(of: entropy))),
        ]
        if case .learned(let context) = entropy {
            arrays.append(("entropy_model", NPYWriter.text(context.fingerprint.description)))
        }
        if format.stereoMode != .independent {
            arrays.append(("stereo_mode", NPYWriter.integer(Int(format.stereoMode.rawValue))))
            arrays.append(("channels", NPYWriter.integer(format.channels)))
        }
        if let depth = format.constantDepth { arrays.append(("constant_depth", NPYWriter.integer(depth))) }
        if let scale = format.scale { arrays.append(("scale", NPYWriter.float(scale))) }
        if !stream.tags.isEmpty { arrays.append(("tags", NPYWriter.bytes(Array(json(stream.tags).text.utf8)))) }
        if !stream.segments.isEmpty { arrays.append(("segments", segmentBytes(stream.segments, format))) }
        if let chunks = stream.chunkFrames { arrays.append(("chunk_frames", NPYWriter.integers(chunks))) }
        return NPZArchive.bytes(of: arrays)
    }

    private static func name(of entropy: EntropyCoding) -> String {
        switch entropy {
        case .packed: "packed"
        case .best, .adaptive: "adaptive"
        case .learned: "learned"
        }
    }

    private static func json(_ tags: [Tag]) -> JSON {
        .array(tags.map { .array([.string($0.key), .string($0.value)]) })
    }

    /// A row per segment: frames before it, and the fields of its section; with its stereo mode where one of them has
    /// another than the header.
    private static func segmentBytes(_ segments: [TokenStream.PlacedSegment], _ format: StreamFormat) -> [UInt8] {
        let tellsModes = segments.contains { $0.segment.stereoMode != nil }
        let rows = segments.flatMap { placed in
            let segment = placed.segment
            let row = [
                placed.frame, segment.previousSampleCount, segment.firstFrame, segment.firstSample, segment.lookAhead,
            ]
            return row + (tellsModes ? [Int(format.stereoMode(of: segment).rawValue)] : [])
        }
        return NPYWriter.integers(rows, shape: [segments.count, tellsModes ? 6 : 5])
    }

    /// What arrays do not say of their stream.
    package struct Supplement {
        /// The format for so many channels; nil where no model was named. Arrays that name their model need none.
        package var format: ((_ channels: Int) -> StreamFormat)?
        /// Source samples per channel; those of all frames where nil.
        package var sampleCount: Int?

        /// Where the context model is found that an archive may name.
        package var contextModels: ContextModels

        package init(
            sampleCount: Int? = nil, contextModels: ContextModels = .none,
            format: ((_ channels: Int) -> StreamFormat)?
        ) {
            self.sampleCount = sampleCount
            self.contextModels = contextModels
            self.format = format
        }
    }

    /// The stream of an array of codes.
    package static func stream(npy bytes: [UInt8], _ supplement: Supplement) throws(VRVQError) -> TokenStream {
        try stream(codes: NPYArray(bytes, name: "the array"), supplement)
    }

    private static func stream(codes: NPYArray, _ supplement: Supplement) throws(VRVQError) -> TokenStream {
        let (channels, _, frames) = try CodeArray.shape(codes)
        guard let format = supplement.format?(channels) else {
            throw VRVQError(.badSetting, "the array does not say which model made its codes: name it with --model")
        }
        let most = frames.multipliedFullWidth(by: format.hop * format.sourceRate)
        guard most.high == 0, let all = Int(exactly: most.low / UInt(format.modelRate)) else {
            throw VRVQError(.limitExceeded, "the array has more frames than a stream")
        }
        let count = supplement.sampleCount ?? all
        guard (0...Limits.maximumSampleCount).contains(count), format.frameCount(sourceSamples: count) == frames else {
            throw VRVQError(
                .badSetting, "\(frames) frames are not those of \(count) samples at \(format.sourceRate) Hz")
        }
        return TokenStream(format: format, grids: try CodeArray.grids(codes, format), sampleCount: count)
    }

    /// The stream of an archive, and how its chunks were coded: `best` where that was with a context model that is not at
    /// hand.
    package static func stream(
        npz bytes: [UInt8], _ supplement: Supplement
    ) throws(VRVQError) -> (stream: TokenStream, entropy: EntropyCoding) {
        let archive = try TokenArchive(bytes)
        let codes = try archive.required("codes")
        guard try archive.namesItsModel else { return (try stream(codes: codes, supplement), .adaptive) }
        let (coded, stages, _) = try CodeArray.shape(codes)
        let format = try archive.format(codedChannels: coded, stages: stages)
        try format.validate()
        var stream = TokenStream(
            format: format, grids: try CodeArray.grids(codes, format),
            sampleCount: try archive.integer("sample_count", in: 0...Limits.maximumSampleCount))
        stream.tags = try archive.tags()
        stream.segments = try archive.segments(stream)
        stream.chunkFrames = try archive.chunkFrames(stream)
        try archive.checkDepth(stream.grids)
        try checkConstantDepth(stream)
        return (stream, try archive.entropy(supplement.contextModels))
    }

    private static func checkConstantDepth(_ stream: TokenStream) throws(VRVQError) {
        guard let depth = stream.format.constantDepth else { return }
        guard stream.grids.allSatisfy({ $0.depth.allSatisfy { $0 == 0 || Int($0) == depth } }) else {
            throw VRVQError(
                .malformed, "constant_depth is \(depth), but some frames have another depth: leave it out")
        }
    }
}
