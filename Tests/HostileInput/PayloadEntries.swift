import VRVQ

/// The range coder and what it carries.
enum PayloadEntries {
    /// A chunk in coding 3. What is read from it has one form only: written again it is the same.
    static func adaptive(_ bytes: [UInt8]) throws(BrokenPromise) { try read(bytes, coding: 3, .adaptive) }

    /// The same in coding 4.
    static func learned(_ bytes: [UInt8]) throws(BrokenPromise) {
        try read(bytes, coding: 4, .learned(TinyModels.context))
    }

    private static func read(_ bytes: [UInt8], coding: UInt8, _ entropy: EntropyCoding) throws(BrokenPromise) {
        guard bytes.count >= 7, var format = shape(bytes.prefix(7).map(Int.init)) else { return }
        if entropy != .adaptive {
            (format.stages, format.entries) = (TinyModels.context.shape.stages, TinyModels.context.shape.entries)
            format.constantDepth = format.constantDepth.map { min($0, format.stages) }
        }
        let payload = [coding] + bytes.dropFirst(7)
        guard var writer = try? StreamWriter(format, entropy: entropy) else { return }
        var reader = StreamReader(contextModels: TinyModels.contexts)
        reader.push(writer.header() + Section.bytes(.chunk, payload: payload))
        let grids = try attempt { () throws(VRVQError) in
            while let event = try reader.next() {
                if case .chunk(let grids, _) = event { return grids }
            }
            return []
        }
        guard let grids else { return }
        writer.isNeverPacked = true
        let again = writer.chunk(grids) + writer.flush()
        let isSilence = grids.allSatisfy { $0.usedCodes == 0 }
        try promise(
            isSilence || again == Section.bytes(.chunk, payload: payload), "a payload that was not written so is read")
    }

    private static func shape(_ numbers: [Int]) -> StreamFormat? {
        var format = StreamFormat(
            sourceRate: 8000, channels: 1 + numbers[0] % 8, modelRate: 8000, hop: 8, stages: 1 + numbers[1] % 16,
            entries: 2 + (numbers[2] << 4 | numbers[3] >> 4), framesPerChunk: 1 + numbers[4],
            networkFingerprint: Fingerprint(hex: "0123456789abcdef")!, modelName: "")
        if numbers[5] & 1 == 1 { format.constantDepth = 1 + numbers[6] % format.stages }
        return format
    }

    /// Symbols of equal frequencies. Bytes that are read to the end without a fault are those that an encoder writes.
    static func range(_ bytes: [UInt8]) throws(BrokenPromise) {
        guard let count = bytes.first.map(Int.init), bytes.count > 2 * count else { return }
        let totals = (0..<count).map { 1 + (Int(bytes[1 + 2 * $0]) << 8 | Int(bytes[2 + 2 * $0])) }
        let coded = bytes.dropFirst(1 + 2 * count)
        var decoder = RangeDecoder(coded)
        var encoder = RangeEncoder()
        for total in totals {
            let target = decoder.target(total: total)
            try promise((0..<total).contains(target), "symbol \(target) of \(total)")
            decoder.take(start: target, frequency: 1)
            encoder.encode(start: target, frequency: 1, total: total)
            try promise(decoder.position == encoder.position, "both sides count other bits")
        }
        decoder.finish()
        guard decoder.fault == nil else { return }
        try promise(encoder.finish() == Array(coded), "range-coded bytes that no encoder writes are read")
    }
}
