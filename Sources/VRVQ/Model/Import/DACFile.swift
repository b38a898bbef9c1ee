import VRVQNetwork

/// What a `.dac` file of the official program (descript-audio-codec 1.0.0) holds. It names neither its model nor the
/// rate of that model: whoever decodes it has to know.
package struct DACFile: Equatable, Sendable {
    /// Bytes of a pickle that is read: 12 hours of mono with 9 stages.
    static let sizeLimit = 1 << 26

    /// Channels, each coded by itself.
    package let channels: Int
    /// Stages of every frame.
    package let stages: Int
    /// Frames of one channel, over all chunks.
    package let frames: Int
    /// `[channel][stage][frame]`, row by row.
    package let codes: [UInt16]
    /// Frames that were coded together; the last chunk may have fewer.
    package let chunkLength: Int
    /// Samples per channel of the source, at its own rate.
    package let originalLength: Int
    /// Samples per second of the source.
    package let sampleRate: Int
    /// Loudness of the source in LUFS, all channels together.
    package let inputDecibels: Float
    /// True for a signal that was coded in one piece with zeros around it in every layer; false for chunks without.
    package let isPadded: Bool

    /// Reads the object that the file holds: `pickle` is what follows the header of the array file. Nothing in it is
    /// executed.
    /// - Throws: `malformed`, `truncated`, `unsupported` or `limitExceeded`.
    package init(pickle: [UInt8]) throws(VRVQError) {
        var machine = try PickleMachine(pickle, .numpy, what: "the .dac file", limit: Self.sizeLimit)
        let fields = try DACFields(root: machine.run(), machine)
        try fields.checkVersion()
        let codes = try fields.codes()
        (channels, stages, frames) = (codes.shape[0], codes.shape[1], codes.shape[2])
        self.codes = codes.values
        isPadded = try fields.flag("padding")
        chunkLength = try fields.integer("chunk_length", in: 1...max(1, frames))
        sampleRate = try fields.integer("sample_rate", in: 1...Limits.maximumSampleRate)
        originalLength = try fields.integer("original_length", in: 0...Limits.maximumSampleCount)
        _ = try fields.integer("channels", in: channels...channels)
        inputDecibels = try fields.decibels()
    }

    /// The frames of one chunk of one channel.
    func grid(channel: Int, frames range: Range<Int>, of shape: Architecture.Quantizer) -> CodeGrid {
        var grid = CodeGrid(stages: shape.stages, entries: shape.entries)
        for frame in range {
            let codes = (0..<stages).map { self.codes[(channel * stages + $0) * frames + frame] }
            grid.append(depth: stages, codes: codes)
        }
        return grid
    }

    /// First and last frames of the chunks.
    var chunks: [Range<Int>] {
        stride(from: 0, to: frames, by: chunkLength).map { $0..<min(frames, $0 + chunkLength) }
    }
}

/// The dictionary of a `.dac` file.
private struct DACFields {
    private let machine: PickleMachine
    private let root: PickleValue
    private let metadata: PickleValue

    /// The object itself, or the only element of the array without axes in which NumPy wraps it.
    init(root: PickleValue, _ machine: PickleMachine) throws(VRVQError) {
        self.machine = machine
        var root = root
        if case .array(let index) = root, let elements = machine.heap.elements(machine.heap.arrays[index].content),
            elements.count == 1
        {
            root = elements[0]
        }
        guard case .dictionary = root, let metadata = machine.heap.member("metadata", of: root) else {
            throw VRVQError(.malformed, "this is not a .dac file: its object has no metadata")
        }
        (self.root, self.metadata) = (root, metadata)
    }

    func checkVersion() throws(VRVQError) {
        let version = machine.heap.member("dac_version", of: metadata)
        guard version != .string("1.0.0") else { return }
        guard case .string(let text)? = version else { throw missing("dac_version") }
        throw VRVQError(
            .unsupported, "the .dac file has version \(text.printable), but only version 1.0.0 is known")
    }

    func codes() throws(VRVQError) -> (shape: [Int], values: [UInt16]) {
        guard case .array(let index)? = machine.heap.member("codes", of: root) else { throw missing("codes") }
        let array = machine.heap.arrays[index]
        guard array.type.code == "u2", array.type.order != ">", !array.isFortran, array.shape.count == 3,
            let count = Safetensors.elementCount(array.shape)
        else { throw VRVQError(.malformed, "the codes of the .dac file are not uint16 of channels, stages, frames") }
        for (name, size, limit) in [
            ("channels", array.shape[0], Limits.maximumChannels), ("stages", array.shape[1], Limits.maximumStages),
        ] {
            try (1...limit).check(size, "number of \(name) of the .dac file")
        }
        guard let bytes = machine.content(array.content), bytes.count == 2 * count else {
            throw VRVQError(.malformed, "the codes of the .dac file are not as many as their shape says")
        }
        return (array.shape, (0..<count).map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 })
    }

    func integer(_ key: String, in range: ClosedRange<Int>) throws(VRVQError) -> Int {
        guard let value = machine.heap.member(key, of: metadata)?.intValue else { throw missing(key) }
        try range.check(value, "\(key) of the .dac file")
        return value
    }

    func flag(_ key: String) throws(VRVQError) -> Bool {
        guard case .bool(let value)? = machine.heap.member(key, of: metadata) else { throw missing(key) }
        return value
    }

    /// An array of one float32.
    func decibels() throws(VRVQError) -> Float {
        guard case .array(let index)? = machine.heap.member("input_db", of: metadata) else { throw missing("input_db") }
        let array = machine.heap.arrays[index]
        guard array.type.code == "f4", array.type.order != ">", let bytes = machine.content(array.content),
            bytes.count == 4
        else { throw missing("input_db") }
        let value = Float(bitPattern: bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        guard value.isFinite, abs(value) <= 200 else {
            throw VRVQError(.malformed, "input_db of the .dac file is no loudness: \(value)")
        }
        return value
    }

    private func missing(_ key: String) -> VRVQError {
        VRVQError(.malformed, "the .dac file lacks \(key), or has it in another form")
    }
}
