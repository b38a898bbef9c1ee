/// A channel that loses packets in bursts (the model of Gilbert): in its good state every packet arrives, in its bad one
/// none, and both last so long on average that a given share is lost. The same seed loses the same packets.
public struct PacketLoss: Sendable {
    /// Share of the packets that is lost on average, 0 to 1.
    public let rate: Double
    /// Packets that are lost in a row on average, at least 1.
    public let burst: Double
    private var state: UInt64
    private var isBad: Bool

    /// - Throws: `badSetting` for a rate or burst out of range.
    public init(rate: Double, burst: Double = 1, seed: UInt64 = 1) throws(VRVQError) {
        guard rate >= 0, rate <= 1 else { throw VRVQError(.badSetting, "the rate of loss must be 0 to 100 %") }
        guard burst >= 1, burst <= 1e6 else {
            throw VRVQError(.badSetting, "bursts of loss must have 1 to 1000000 packets on average")
        }
        (self.rate, self.burst, state, isBad) = (rate, burst, seed, false)
        isBad = next() < rate
    }

    /// Whether the next packet is lost.
    public mutating func losesNext() -> Bool {
        defer {
            // The stationary share of the bad state is the rate.
            let change = isBad ? 1 / burst : rate < 1 ? rate / (1 - rate) / burst : 1
            if next() < change { isBad.toggle() }
            if rate == 1 { isBad = true }
        }
        return isBad
    }

    /// SplitMix64, as a number from 0 to below 1.
    private mutating func next() -> Double {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return Double((mixed ^ mixed >> 31) >> 11) * 0x1p-53
    }
}

/// A stream as it arrives over a channel that loses packets. A packet is a chunk section with a position section in
/// front of it, which tells a receiver how much is missing before it; header, tags, segments, names of context models and
/// trailer always arrive.
public struct PacketStream: Sendable {
    /// What arrives; a damaged stream where a packet was lost.
    public private(set) var bytes: [UInt8]
    /// Packets that were sent.
    public private(set) var packets = 0
    /// Of these, packets that were lost.
    public private(set) var lostPackets = 0

    /// Sends a whole stream.
    /// - Throws: what `StreamReader` throws for a stream that is not whole.
    public init(
        _ stream: [UInt8], over channel: PacketLoss, contextModels: ContextModels = .none
    ) throws(VRVQError) {
        var outline = try StreamOutline(headOf: StreamBytes(stream))
        // So that nothing is lost but what the channel loses.
        _ = try TagEditing.tags(of: stream, contextModels: contextModels)
        var channel = channel
        var frames = 0
        bytes = Array(stream[..<outline.walk.position])
        while case .section(let place)? = try outline.walk.next() {
            switch place.type {
            case .position, .chunkIndex: continue
            case .chunk:
                let position = StreamPosition(chunks: packets, frames: frames)
                packets += 1
                frames += try outline.chunk(place).frames
                if channel.losesNext() {
                    lostPackets += 1
                } else {
                    bytes += position.section + stream[place.bytes]
                }
            case .trailer:
                guard case .trailer(let totals, _) = try outline.walk.content(of: place) else { continue }
                bytes += Section.bytes(.trailer, payload: totals.payload())
            default: bytes += stream[place.bytes]
            }
        }
    }
}
