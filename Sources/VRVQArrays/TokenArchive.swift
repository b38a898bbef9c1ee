import VRVQ

/// The arrays of a stream by their names.
struct TokenArchive {
    private let archive: NPZArchive

    init(_ bytes: [UInt8]) throws(VRVQError) { archive = try NPZArchive(bytes) }

    /// Archives without a fingerprint hold codes that a person has to name a model for.
    var namesItsModel: Bool { get throws(VRVQError) { try archive.array("fingerprint") != nil } }

    func required(_ name: String) throws(VRVQError) -> NPYArray {
        guard let array = try archive.array(name) else {
            throw VRVQError(.malformed, "the archive lacks the array \(name)")
        }
        return array
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(VRVQError) -> Int {
        let value = try required(name).integer()
        guard range.contains(value) else {
            throw VRVQError(
                .malformed, "\(name) is \(value), allowed are \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private func optional(_ name: String, in range: ClosedRange<Int>) throws(VRVQError) -> Int? {
        try archive.array(name) == nil ? nil : try integer(name, in: range)
    }

    /// How channels relate to the rows of codes: each has its own where the archive does not say.
    private func channels(coded: Int) throws(VRVQError) -> (count: Int, mode: StereoMode) {
        let modes = 0...Int(StereoMode.allCases.last!.rawValue)
        let mode = StereoMode(rawValue: UInt8(try optional("stereo_mode", in: modes) ?? 0))!
        let channels = try optional("channels", in: 1...Limits.maximumChannels) ?? coded
        guard channels >= mode.leastChannels, mode.codedChannels(of: channels) == coded else {
            throw VRVQError(
                .malformed,
                "channels is \(channels) and stereo_mode \(mode.rawValue) (\(mode)), which does not go with codes of "
                    + "\(coded) channel\(coded == 1 ? "" : "s")")
        }
        return (channels, mode)
    }

    func format(codedChannels: Int, stages: Int) throws(VRVQError) -> StreamFormat {
        let (channels, stereoMode) = try channels(coded: codedChannels)
        let rates = 1...Limits.maximumSampleRate
        let name = try archive.array("model")?.text() ?? ""
        guard let fingerprint = Fingerprint(hex: try required("fingerprint").text()) else {
            throw VRVQError(.malformed, "fingerprint is not 16 hexadecimal digits")
        }
        return StreamFormat(
            sourceRate: try integer("sample_rate", in: rates), channels: channels, stereoMode: stereoMode,
            modelRate: try integer("model_rate", in: rates), hop: try integer("hop", in: 1...Limits.maximumHop),
            stages: stages, entries: try integer("entries", in: 2...Limits.maximumEntries),
            framesPerChunk: try optional("frames_per_chunk", in: 1...Limits.maximumFramesPerChunk),
            networkFingerprint: fingerprint, modelName: name,
            constantDepth: try optional("constant_depth", in: 1...stages), scale: try scale())
    }

    private func scale() throws(VRVQError) -> Float? {
        guard let array = try archive.array("scale") else { return nil }
        return Float(try array.number())
    }

    /// `best` where the archive names a context model that is not at hand.
    func entropy(_ contextModels: ContextModels) throws(VRVQError) -> EntropyCoding {
        switch try archive.array("entropy")?.text() ?? "adaptive" {
        case "adaptive": return .adaptive
        case "packed": return .packed
        case "learned":
            guard let fingerprint = Fingerprint(hex: try required("entropy_model").text()) else {
                throw VRVQError(.malformed, "entropy_model is not 16 hexadecimal digits")
            }
            return contextModels.model(fingerprint).map { .learned($0) } ?? .best
        default: throw VRVQError(.malformed, "entropy is neither adaptive, packed nor learned")
        }
    }

    /// Bytes of JSON: a list of pairs of key and value.
    func tags() throws(VRVQError) -> [Tag] {
        guard let array = try archive.array("tags") else { return [] }
        let json = try JSON(parsing: array.content(), depth: 3, what: "tags")
        var tags: [Tag] = []
        for pair in json.arrayValue ?? [.null] {
            guard let parts = pair.arrayValue, parts.count == 2, let key = parts[0].stringValue,
                let value = parts[1].stringValue
            else { throw array.unfit("a list of pairs of texts in JSON") }
            tags.append(Tag(key: key, value: value))
        }
        return tags
    }

    /// Checked once more by the writer, which knows what segments may be.
    func segments(_ stream: TokenStream) throws(VRVQError) -> [TokenStream.PlacedSegment] {
        guard let array = try archive.array("segments") else { return [] }
        guard array.shape.count == 2, (5...6).contains(array.shape[1]) else {
            throw array.unfit("a table of 5 or 6 columns")
        }
        let values = try array.integers()
        let columns = array.shape[1]
        var segments: [TokenStream.PlacedSegment] = []
        for row in stride(from: 0, to: values.count, by: columns) {
            let number = columns == 6 ? values[row + 5] : Int(stream.format.stereoMode.rawValue)
            guard ((segments.last?.frame ?? 0)...stream.frames).contains(values[row]),
                values[(row + 1)..<row + 4].allSatisfy({ (0...Limits.maximumSampleCount).contains($0) }),
                (0...Limits.maximumLookAhead).contains(values[row + 4]),
                let mode = UInt8(exactly: number).flatMap({ StereoMode(rawValue: $0) })
            else { throw array.unfit("a table of segments in order and within the limits of the format") }
            segments.append(
                .init(
                    frame: values[row],
                    segment: Segment(
                        previousSampleCount: values[row + 1], firstFrame: values[row + 2], firstSample: values[row + 3],
                        lookAhead: values[row + 4], stereoMode: mode == stream.format.stereoMode ? nil : mode)))
        }
        return segments
    }

    /// Chunks have to hold all frames, and to begin anew where a segment does.
    func chunkFrames(_ stream: TokenStream) throws(VRVQError) -> [Int]? {
        guard let array = try archive.array("chunk_frames") else { return nil }
        guard array.shape.count == 1, array.count <= stream.frames else { throw array.unfit("a row of chunks") }
        let chunks = try array.integers()
        var frame = 0
        var pending = stream.segments[...]
        for count in chunks {
            pending = pending.drop { $0.frame == frame }
            guard (1...stream.format.framesPerChunk).contains(count) else {
                throw array.unfit("a row of numbers from 1 to \(stream.format.framesPerChunk)")
            }
            frame += count
        }
        pending = pending.drop { $0.frame == frame }
        guard frame == stream.frames, pending.isEmpty else {
            throw array.unfit("a row of chunks that together have the frames of all segments")
        }
        return chunks
    }

    func checkDepth(_ grids: [CodeGrid]) throws(VRVQError) {
        guard let array = try archive.array("depth") else { return }
        let wanted = (grids.count == 1 ? [] : [grids.count]) + [grids[0].frames]
        guard array.shape == wanted, case .integer = array.element else {
            throw array.unfit("an array of the frames of codes")
        }
        for (channel, grid) in grids.enumerated() {
            let start = grids.count == 1 ? 0 : channel * array.strides[0]
            for frame in 0..<grid.frames
            where array.integer(at: start + frame * array.strides.last!) != Int(grid.depth[frame]) {
                throw VRVQError(
                    .malformed,
                    "depth does not tell the stages that codes uses in channel \(channel), frame \(frame): leave it out "
                        + "or correct it")
            }
        }
    }
}
