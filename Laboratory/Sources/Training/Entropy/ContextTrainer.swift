import Torch
import VRVQ

/// Trains a context model on codes that are there.
struct ContextTrainer {
    let trainee: ContextTrainee
    private let options: ContextTraining.Options
    private let report: (String) -> Void

    init(_ shape: ContextModel.Shape, _ options: ContextTraining.Options, report: @escaping (String) -> Void) throws {
        trainee = try ContextTrainee(shape)
        self.options = options
        self.report = report
    }

    /// Trains, and gives the integer model.
    func train(_ corpus: CodeCorpus) throws -> ContextModel {
        let named = ContextTrainee.fields.map { (name: $0.rawValue, tensor: trainee[$0]) }
        let optimiser = try AdamW(
            named, AdamRates(learningRate: options.rate, beta2: 0.99, weightDecay: 0.01))
        var source = BatchSource(corpus, shape: trainee.shape, options)
        var mean = 0.0
        for step in 0..<options.steps {
            let loss = try trainee.predict(source.next()).loss()
            try optimiser.zeroGradients()
            try loss.backward()
            try optimiser.clipGradients(to: 10)
            try optimiser.step(rate: rate(step))
            let bits = try loss.item()
            guard bits.isFinite else { throw RunError(.internal, "step \(step): the loss is no number") }
            mean = step == 0 ? bits : mean + (bits - mean) * 0.05
            if (step + 1) % 100 == 0 || step + 1 == options.steps {
                report("step \(step + 1)/\(options.steps)  \(decimal(mean, 3)) bits a code")
            }
        }
        return try rounded(&source)
    }

    private func rate(_ step: Int) -> Double {
        let rise = min(1, Double(step + 1) / Double(max(1, min(30, options.steps / 4))))
        return options.rate * rise * (1 - Double(step) / Double(options.steps))
    }

    private func rounded(_ source: inout BatchSource) throws -> ContextModel {
        var ranges = ContextRounding.Ranges(inner: Array(repeating: 0, count: trainee.shape.stages))
        try Torch.noGrad {
            for _ in 0..<8 { try ranges.take(trainee.predict(source.next())) }
        }
        return try ContextRounding.model(trainee, ranges)
    }
}

/// Batches in an order that depends on the seed; the recordings are cut up anew each time round.
struct BatchSource {
    private let corpus: CodeCorpus
    private let shape: ContextModel.Shape
    private let options: ContextTraining.Options
    private let length: Int
    private var random: KeyedRandom
    private var chunks: [ChunkPool.Chunk] = []

    init(_ corpus: CodeCorpus, shape: ContextModel.Shape, _ options: ContextTraining.Options) {
        self.corpus = corpus
        self.shape = shape
        self.options = options
        length = max(2, min(ContextBatchLimits.longest, Int(corpus.framesPerSecond.rounded())))
        random = KeyedRandom(options.seed, 1)
    }

    mutating func next() throws -> ContextBatch {
        if chunks.count < options.batch { refill() }
        let taken = Array(chunks.suffix(options.batch))
        chunks.removeLast(taken.count)
        let frames = random.permutation(length).prefix(options.predicted).sorted()
        return try ContextBatch(taken, shape: shape, length: length, frames: Array(frames))
    }

    private mutating func refill() {
        repeat {
            let pool = ChunkPool(corpus, length: length, &random).chunks
            guard !pool.isEmpty else { return }
            chunks += random.permutation(pool.count).map { pool[$0] }
        } while chunks.count < options.batch
    }
}

/// Bounds of what is trained on at once.
enum ContextBatchLimits {
    /// Frames of a chunk: what the coder remembers for copying.
    static let longest = 128
}
