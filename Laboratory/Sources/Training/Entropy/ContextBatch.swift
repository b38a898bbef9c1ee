import Torch
import VRVQ

/// Some frames of some chunks with all that a context model sees of them. Sizes as in `ContextTrainee`.
struct ContextBatch {
    let chunks: Int
    let length: Int
    let predicted: Int
    /// B n.
    var rows: Int { chunks * predicted }

    /// Of all frames: depths [B][T], rows of the table of all stages [B][T][S], whether there is a code (1 or 0).
    let allDepths: Tensor
    let allEntries: Tensor
    let allUsed: Tensor
    /// Of the frames that are predicted: depths [B][n], rows of the table of all stages but the last [B][n][S - 1],
    /// codes [S][B n] and whether there is one.
    let depths: Tensor
    let entries: Tensor
    let codes: Tensor
    let used: Tensor
    /// Classes of the distance from each predicted frame to each of the chunk, [n T].
    let lagClasses: Tensor
    /// What each frame of the chunk has in common with the predicted one, [S][B n T].
    let agreeingBelow: Tensor
    let agreesLast: Tensor
    let agreeingBefore: Tensor
    /// Whether a frame lies before the predicted one and has a code of the stage; whether that is the true one:
    /// [S][B n][T], 1 or 0.
    let canCopy: Tensor
    let hits: Tensor
    /// Mixes the vectors of a chunk to what the first layer sees [4 n][T].
    private let mix: Tensor

    /// - Parameter frames: the frames that are predicted, ascending.
    init(_ pool: [ChunkPool.Chunk], shape: ContextModel.Shape, length: Int, frames: [Int]) throws(TorchError) {
        let stages = shape.stages
        (chunks, self.length, predicted) = (pool.count, length, frames.count)
        let all = try Tensor(pool.flatMap(\.codes), [pool.count, length, stages])
        allDepths = try Tensor(pool.flatMap(\.depths), [pool.count, length])
        let offsets = try Tensor((0..<stages).map { Int64($0 * shape.entries) })
        let places = try Tensor((0..<stages).map { Int64($0) })
        let isUsed = try places.less(than: allDepths.unsqueeze(2))
        allUsed = try isUsed.to(.float32)
        allEntries = try all + offsets
        let chosen = try Tensor(frames.map { Int64($0) })
        let own = try all.indexSelect(1, chosen)
        depths = try allDepths.indexSelect(1, chosen)
        entries = try (own + offsets).slice(2, from: 0, to: stages - 1)
        codes = try own.reshape([pool.count * frames.count, stages]).transpose(0, 1).contiguous()
        used = try allUsed.indexSelect(1, chosen).reshape([pool.count * frames.count, stages]).transpose(0, 1)

        // Where codes agree: [B][n][T][S].
        let both = try isUsed.unsqueeze(1).logicalAnd(isUsed.indexSelect(1, chosen).unsqueeze(2))
        let agrees = try own.unsqueeze(2).equal(to: all.unsqueeze(1)).logicalAnd(isUsed.unsqueeze(1))
        let counted = try agrees.logicalAnd(both).to(.int64)
        let order = [3, 0, 1, 2]
        let flat = [stages, pool.count * frames.count * length]
        agreeingBelow = try (counted.cumsum(3) - counted).permute(order).reshape(flat)
        agreesLast = try counted.pad([1, 0]).slice(3, from: 0, to: stages).permute(order).reshape(flat)
        agreeingBefore = try Self.agreeingBefore(all, isUsed, frames).expand(
            [stages, pool.count, frames.count, length]
        ).reshape(flat)
        let wide = [stages, pool.count * frames.count, length]
        let past = try Tensor(
            frames.flatMap { frame in (0..<length).map { $0 < frame ? Float(1) : 0 } }, [frames.count, length, 1])
        let copyable = try allUsed.unsqueeze(1) * past
        canCopy = try copyable.permute(order).reshape(wide)
        hits = try (agrees.to(.float32) * copyable).permute(order).reshape(wide)
        lagClasses = try Tensor(frames.flatMap { frame in (0..<length).map { Self.lagClass(frame - $0) } })
        mix = try Tensor(Self.mix(length: length, frames: frames), [4 * frames.count, length])
    }

    /// Stages in which the frame before the predicted one agrees with the frame before each: [B][n][T].
    private static func agreeingBefore(
        _ codes: Tensor, _ isUsed: Tensor, _ frames: [Int]
    ) throws(TorchError) -> Tensor {
        let length = codes.size(1)
        let before = try codes.pad([0, 0, 1, 0]).slice(1, from: 0, to: length)
        let used = try isUsed.to(.int64).pad([0, 0, 1, 0]).slice(1, from: 0, to: length)
        let chosen = try Tensor(frames.map { Int64($0) })
        let agrees = try before.indexSelect(1, chosen).unsqueeze(2).equal(to: before.unsqueeze(1)).to(.int64)
        let both = try used.indexSelect(1, chosen).unsqueeze(2) * used.unsqueeze(1)
        return try (agrees * both).sum([3])
    }

    /// What the first layer sees of the frames that are predicted [B n][4 width].
    func features(of vectors: Tensor) throws(TorchError) -> Tensor {
        let width = vectors.size(2)
        return try mix.matmul(vectors).reshape([chunks, 4, predicted, width]).permute([0, 2, 1, 3])
            .reshape([rows, 4 * width])
    }

    private static func lagClass(_ lag: Int) -> Int64 {
        lag < 1 ? 0 : Int64(min(Int.bitWidth - 1 - lag.leadingZeroBitCount, ContextModel.lagClasses - 1))
    }

    /// The last frame, the one before, and two running means of all before, as matrices one below the other.
    private static func mix(length: Int, frames: [Int]) -> [Float] {
        var rows: [[Float]] = []
        for lag in 1...2 {
            for frame in frames { rows.append((0..<length).map { $0 == frame - lag ? 1 : 0 }) }
        }
        for pace in [Float(0.25), 0.0625] {
            for frame in frames {
                var row = [Float](repeating: 0, count: length)
                var weight = pace
                for past in stride(from: frame - 1, through: 0, by: -1) {
                    row[past] = weight
                    weight *= 1 - pace
                }
                rows.append(row)
            }
        }
        return rows.flatMap { $0 }
    }
}
