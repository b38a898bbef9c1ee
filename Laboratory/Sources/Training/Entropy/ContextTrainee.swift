import Torch
import VRVQ

/// The context model of coding 4 in floating point, as it is trained (FORMAT.md, section 6.5, without its rounding).
///
/// Sizes in comments: B chunks of T frames, n frames of each that are predicted, S stages, K entries.
final class ContextTrainee {
    let shape: ContextModel.Shape
    /// Parameters under the names of the arrays that they become.
    private(set) var parameters: [ContextField: Tensor] = [:]

    /// Fields that are parameters.
    static let fields = ContextField.allCases.filter { $0 != .shifts }
    /// The share that is spread evenly over all codes, as the integer model's least frequencies do.
    private static let evenShare = 1.0 / 64
    /// The greatest mass of a copy, in natural units: 2^4.
    private static let greatestCopy = logarithm(16)

    init(_ shape: ContextModel.Shape) throws(TorchError) {
        self.shape = shape
        for field in Self.fields { parameters[field] = try Self.initial(field, shape).requiringGrad() }
    }

    private static func initial(_ field: ContextField, _ shape: ContextModel.Shape) throws(TorchError) -> Tensor {
        let sizes = field.shape(shape)
        switch field {
        case .firstWeight, .secondWeight, .stageHidden, .stageBelow, .output:
            let deviation = field == .output ? 0.05 : 1 / power(Double(sizes[sizes.count - 2]), 0.5)
            return try Tensor.empty(sizes).normal_(deviation: deviation)
        case .frame, .below: return try Tensor.empty(sizes).normal_(deviation: 0.3)
        case .gateBias: return try Tensor.full(sizes, -2)
        default: return try Tensor.zeros(sizes)
        }
    }

    subscript(_ field: ContextField) -> Tensor { parameters[field]! }

    /// What is computed for some frames of some chunks.
    struct Prediction {
        /// Bits of every code [S][B n].
        let bits: Tensor
        /// 1 where there is a code, else 0 [S][B n].
        let used: Tensor
        /// The greatest value of each layer: first, second, and by stage the last.
        let greatest: (first: Tensor, second: Tensor, inner: Tensor)

        /// Mean bits of a code; 0 where the frames that were drawn lie behind the ends of their chunks and have none.
        func loss() throws(TorchError) -> Tensor { try (bits * used).sum() / used.sum().clamp(min: 1) }
    }

    func predict(_ batch: ContextBatch) throws(TorchError) -> Prediction {
        let rows = batch.rows
        let first = try (batch.features(of: vectors(batch)).matmul(self[.firstWeight]) + self[.firstBias]).relu()
        let second = try (first.matmul(self[.secondWeight]) + self[.secondBias]).relu()
        let hidden = try second.reshape([1, rows, shape.hidden])
        let inner = try
            (hidden.matmul(self[.stageHidden]) + below(batch).matmul(self[.stageBelow])
            + self[.stageBias].unsqueeze(1)).relu()
        let scores = try inner.matmul(self[.output]) + self[.outputBias].unsqueeze(1)
        let gate = try (inner * self[.gate].unsqueeze(1)).sum([2]) + self[.gateBias].unsqueeze(1)
        let bits = try bits(scores, copies: copies(batch, gate: gate), batch)
        return Prediction(bits: bits, used: batch.used, greatest: (first, second, inner))
    }

    /// The vectors of all frames [B][T][width].
    private func vectors(_ batch: ContextBatch) throws(TorchError) -> Tensor {
        let table = try self[.frame].reshape([shape.stages * shape.entries, shape.width])
        let codes = try table.embedding(batch.allEntries) * batch.allUsed.unsqueeze(3)
        return try codes.sum([2]) + self[.frameDepth].embedding(batch.allDepths)
    }

    /// What each stage sees of its own frame [S][B n][inner].
    private func below(_ batch: ContextBatch) throws(TorchError) -> Tensor {
        let depth = try self[.belowDepth].embedding(batch.depths).reshape([1, batch.rows, shape.inner])
        guard shape.stages > 1 else { return depth }
        let table = try self[.below].reshape([(shape.stages - 1) * shape.entries, shape.inner])
        let codes = try table.embedding(batch.entries).reshape([batch.rows, shape.stages - 1, shape.inner])
        let sums = try codes.cumsum(1).permute([1, 0, 2])
        return try Tensor.cat([sums.slice(0, from: 0, to: 1).zerosLike(), sums], 0) + depth
    }

    /// Mass of every past frame's code, over that of the scores [S][B n][T].
    private func copies(_ batch: ContextBatch, gate: Tensor) throws(TorchError) -> Tensor {
        var weight = try self[.copyLag].indexSelect(1, batch.lagClasses).reshape([
            shape.stages, 1, batch.predicted, batch.length,
        ])
        for (field, classes) in [
            (ContextField.copyBelow, batch.agreeingBelow), (.copyLast, batch.agreesLast),
            (.copyBefore, batch.agreeingBefore),
        ] {
            weight =
                try weight
                + self[field].gather(1, classes).reshape([shape.stages, batch.chunks, batch.predicted, batch.length])
        }
        let all = try weight.reshape([shape.stages, batch.rows, batch.length]) + gate.unsqueeze(2)
        return try all.clamp(max: Self.greatestCopy).exp() * batch.canCopy
    }

    /// Bits of the true codes [S][B n].
    private func bits(_ scores: Tensor, copies: Tensor, _ batch: ContextBatch) throws(TorchError) -> Tensor {
        let likelihood = try scores.gather(2, batch.codes.unsqueeze(2)).squeeze(2) - Self.logSumExp(scores, [2], false)
        let copied = try (copies * batch.hits).sum([2])
        let share = try (likelihood.exp() + copied) / (copies.sum([2]) + 1)
        let spread = try share * (1 - Self.evenShare) + Self.evenShare / Double(shape.entries)
        return try spread.log2() * -1
    }

    private static let logSumExp = Operator("aten::logsumexp")
}
