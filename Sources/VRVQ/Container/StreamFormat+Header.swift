/// The header section's payload (FORMAT.md, section 5.1).
extension StreamFormat {
    private static let hasConstantDepth: UInt8 = 1 << 0
    private static let hasScale: UInt8 = 1 << 1

    /// The fields of a valid format.
    var headerPayload: [UInt8] {
        var bytes: [UInt8] = [(constantDepth == nil ? 0 : Self.hasConstantDepth) | (scale == nil ? 0 : Self.hasScale)]
        bytes.appendVarint(sourceRate)
        bytes.appendVarint(channels)
        bytes.append(stereoMode.rawValue)
        for field in [modelRate, hop, stages, entries, framesPerChunk] { bytes.appendVarint(field) }
        bytes += networkFingerprint.bytes
        if let constantDepth { bytes.appendVarint(constantDepth) }
        if let scale { bytes.appendUInt32(scale.bitPattern) }
        bytes.appendVarint(modelName.utf8.count)
        return bytes + modelName.utf8
    }

    /// Reads and checks a header section's payload.
    init(headerPayload cursor: inout ByteCursor) throws(VRVQError) {
        let start = cursor.offset
        let flags = try cursor.byte("flags")
        guard flags & ~(Self.hasConstantDepth | Self.hasScale) == 0 else {
            throw VRVQError(
                .unsupported, "the header sets flags that this build does not know (\(flags)): update vrvq",
                offset: start)
        }
        sourceRate = try cursor.varint("source rate")
        channels = try cursor.varint("channel count")
        stereoMode = try Self.stereoMode(&cursor)
        modelRate = try cursor.varint("model rate")
        hop = try cursor.varint("hop")
        stages = try cursor.varint("stage count")
        entries = try cursor.varint("codebook size")
        framesPerChunk = try cursor.varint("frames per chunk")
        networkFingerprint = Fingerprint(bytes: try cursor.bytes(8, "network fingerprint"))
        constantDepth = flags & Self.hasConstantDepth == 0 ? nil : try cursor.varint("constant depth")
        scale = flags & Self.hasScale == 0 ? nil : Float(bitPattern: try cursor.uint32("scale"))
        modelName = try cursor.string("model name", limit: Limits.maximumModelNameBytes)
        try cursor.expectEnd()
        try validate(offset: start)
    }

    private static func stereoMode(_ cursor: inout ByteCursor) throws(VRVQError) -> StereoMode {
        let start = cursor.offset
        let number = try cursor.byte("stereo mode")
        guard let mode = StereoMode(rawValue: number) else {
            throw VRVQError(
                .unsupported, "stereo mode \(number) is not known to this build, which reads 0 to 2: update vrvq",
                offset: start)
        }
        return mode
    }
}
