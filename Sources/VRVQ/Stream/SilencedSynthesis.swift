import VRVQNetwork

/// Synthesis in which frames of depth 0 are exactly zero (FORMAT.md, section 6). Their zeros are given at once; the
/// network sees of a long silence only what the frames around it depend on, so that a run of millions of frames,
/// which a few bytes can claim, costs no more than writing its zeros.
struct SilencedSynthesis {
    /// What becomes of a run of frames.
    private enum Kind {
        /// The network's samples.
        case sound
        /// Zeros; the network's samples are dropped.
        case silence
        /// Zeros; the network did not see these frames.
        case skipped
    }

    private let synthesis: ParallelSynthesis
    private let hop: Int
    /// Silent frames in a row that the network sees: with so many, no frame depends on both sides of a silence or on
    /// its length.
    private let reach: Int
    private let empty: CodeGrid
    /// Runs whose samples are not all given, in order.
    private var plan: [(kind: Kind, samples: Int)] = []
    /// Silent frames since the last one with sound.
    private var silentFrames = 0
    /// The network's samples that are not used yet.
    private var sound: [Float] = []
    /// Samples that are still to be dropped from the network's.
    private var dropped = 0

    init(_ engine: Engine, threads: Int) throws(VRVQError) {
        synthesis = try ParallelSynthesis(engine, threads: threads)
        hop = engine.network.architecture.hop
        reach = max(engine.report.decoderReach.back, engine.report.decoderReach.ahead)
        let quantizer = engine.network.architecture.quantizer
        empty = CodeGrid(stages: quantizer.stages, entries: quantizer.entries)
    }

    /// Bytes that it holds between pushes.
    var heldBytes: Int { synthesis.heldBytes + 4 * sound.capacity + 16 * plan.capacity }

    /// Takes frames and returns the samples that are complete.
    mutating func push(_ grid: CodeGrid, isLast: Bool) -> [Float] {
        let kinds = grid.depth.map { kind(ofDepth: $0) }
        for kind in kinds { note(kind) }
        if kinds.contains(.skipped) {
            var seen = empty
            for frame in kinds.indices where kinds[frame] != .skipped {
                seen.append(depth: Int(grid.depth[frame]), codes: grid.codes(ofFrame: frame))
            }
            sound += synthesis.push(seen, isLast: isLast)
        } else {
            sound += synthesis.push(grid, isLast: isLast)
        }
        return take()
    }

    mutating func finish() -> [Float] { push(empty, isLast: true) }

    private mutating func kind(ofDepth depth: UInt8) -> Kind {
        silentFrames = depth == 0 ? silentFrames + 1 : 0
        return depth > 0 ? .sound : silentFrames <= reach ? .silence : .skipped
    }

    private mutating func note(_ kind: Kind) {
        if plan.last?.kind == kind {
            plan[plan.count - 1].samples += hop
        } else {
            plan.append((kind, hop))
        }
    }

    private mutating func take() -> [Float] {
        var samples: [Float] = []
        var used = 0
        var done = 0
        for run in plan.indices {
            if plan[run].kind == .sound {
                used += drop(from: sound.count - used)
                let count = min(plan[run].samples, sound.count - used)
                samples += sound[used..<used + count]
                used += count
                plan[run].samples -= count
                guard plan[run].samples == 0 else { break }
            } else {
                samples += repeatElement(0, count: plan[run].samples)
                if plan[run].kind == .silence { dropped += plan[run].samples }
            }
            done += 1
        }
        plan.removeFirst(done)
        used += drop(from: sound.count - used)
        sound.removeFirst(used)
        return samples
    }

    /// Accounts for dropping what can be dropped of `available` samples.
    private mutating func drop(from available: Int) -> Int {
        let count = min(dropped, available)
        dropped -= count
        return count
    }
}
