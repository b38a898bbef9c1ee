import Torch
import VRVQNetwork

/// What decides how many stages the frames of an item use.
package enum ItemDepth: Equatable, Sendable {
    /// Its importance, with this parameter of the scaling operator: the scale l, or gamma.
    case importance(parameter: Double)
    /// The same number of stages in every frame.
    case stages(Int)

    /// True where the importance decides.
    package var isByImportance: Bool { parameter != nil }

    /// The scaling operator's parameter, where importance decides.
    var parameter: Double? {
        if case .importance(let parameter) = self { return parameter }
        return nil
    }

    /// Whether a constant depth reaches the stage. An item by importance has none of its own.
    func uses(stage: Int) -> Bool {
        if case .stages(let depth) = self { return stage < depth }
        return false
    }
}

/// From importance to a mask over stages (paper, equations 3, 4, 8 and 9): forward the hard mask, exactly 0 or 1,
/// backward the gradient of a surrogate.
package struct TrainingMask: Sendable {
    /// From importance to the value that is compared with the stage's index.
    package let scaling: ScalingOperator
    /// Whose gradient stands in for the step's, and its sharpness; nil passes no gradient.
    package let smoothing: (form: Surrogate, alpha: Double)?
    /// N.
    package let stages: Int

    package init(
        scaling: ScalingOperator = .linear, smoothing: (form: Surrogate, alpha: Double)?, stages: Int
    ) {
        self.scaling = scaling
        self.smoothing = smoothing
        self.stages = stages
    }

    /// The mask [batch, stages, frames] of importances [batch, 1, frames]. Items at a constant depth pass no gradient.
    package func callAsFunction(_ importance: Tensor, items: [ItemDepth]) throws -> Tensor {
        precondition(importance.size(0) == items.count, "as many depths as items")
        let parameters = items.map { $0.parameter ?? 1 }
        let column = try Tensor(parameters, [items.count, 1, 1]).to(importance.dtype).to(importance.device)
        let mask = try straightThrough(scaling.scaled(importance, parameter: column, stages: stages))
        if items.allSatisfy(\.isByImportance) { return mask }
        let isByImportance = try Tensor(items.map(\.isByImportance), [items.count, 1, 1]).to(importance.device)
        return try isByImportance.select(mask, constant(items, frames: importance.size(2), like: importance))
    }

    /// The mask of constant depths alone, [batch, stages, frames]. Items by importance have no stage in it.
    package func constant(_ items: [ItemDepth], frames: Int, like sample: Tensor) throws -> Tensor {
        let rows = items.flatMap { item in (0..<stages).map { item.uses(stage: $0) } }
        let mask = try Tensor(rows, [items.count, stages, 1]).to(sample.dtype).to(sample.device)
        return try mask.expand([-1, -1, frames])
    }

    /// Hard forward, smooth backward, from s [batch, 1, frames]. Stage k is used where s - k >= 0.
    func straightThrough(_ s: Tensor) throws -> Tensor {
        let k = try Tensor.arange(0, Double(stages), on: s.device).to(s.dtype).reshape([1, stages, 1])
        let x = try s - k
        let hard = try x.detach().greaterOrEqual(to: 0).to(x.dtype)
        guard let smoothing else { return hard }
        let soft = try smoothing.form.value(x, sharpness: smoothing.alpha)
        // The bracket is exactly zero, so the sum is exactly the hard mask.
        return try hard + (soft - soft.detach())
    }
}
