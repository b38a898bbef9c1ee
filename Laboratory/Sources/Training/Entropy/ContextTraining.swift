import Torch
import VRVQ
import VRVQNetwork

/// Trains the context model of a network on the codes that it gives.
package struct ContextTraining {
    /// What can be chosen.
    package struct Options: Equatable, Sendable {
        /// Hours of audio that are encoded, at most.
        package var hours = 3.0
        /// Steps of the optimiser.
        package var steps = 1500
        /// Chunks per step.
        package var batch = 32
        /// Frames of each chunk that are predicted in a step.
        package var predicted = 16
        /// Peak learning rate; it rises over the first steps and falls in a line to zero.
        package var rate = 4e-3
        /// Of everything random.
        package var seed = 0
        /// Threads of the codec and of PyTorch.
        package var threads = 1
        /// Widths; see `ContextModel.Shape`.
        package var width = 48
        package var hidden = 96
        package var inner = 64

        package init() {}

        func validate() throws(RunError) {
            func demand(_ holds: Bool, _ message: String) throws(RunError) {
                if !holds { throw RunError(.usage, message) }
            }
            try demand(hours > 0 && hours.isFinite, "hours of audio must be above 0")
            try demand((1...10_000_000).contains(steps), "steps must be 1 or more")
            try demand((1...4096).contains(batch), "a batch of \(batch) chunks; take 1 to 4096")
            try demand((1...64).contains(threads), "threads must be 1 to 64")
            let widths = 1...ContextModel.maximumWidth
            try demand(
                [width, hidden, inner].allSatisfy { widths.contains($0) },
                "widths must be \(widths.lowerBound) to \(widths.upperBound)")
        }
    }

    /// What came out.
    package struct Result {
        /// The same network with the context model beside it.
        package let model: Model
        /// Bits by stage on recordings that were not trained on.
        package let report: EntropyReport
    }

    private let model: Model
    private let codec: Codec
    private let options: Options
    private let report: (String) -> Void

    /// - Parameter report: takes lines about how it goes.
    package init(_ model: Model, _ options: Options, report: @escaping (String) -> Void) throws {
        try options.validate()
        if let reason = Torch.unavailableReason { throw RunError(.torch, reason.description) }
        guard model.architecture.quantizer.entries <= ContextModel.maximumEntries else {
            throw RunError(.usage, "context models are for codebooks of at most \(ContextModel.maximumEntries) entries")
        }
        self.model = model
        self.options = options
        self.report = report
        codec = try Codec(model: model, threads: options.threads)
    }

    /// Encodes the data, trains, rounds to integers and measures.
    /// - Parameter validation: what to measure on; without, one recording in twenty is kept back.
    package func run(data: [DataSource], validation: [DataSource] = []) throws -> Result {
        try Torch.setThreads(options.threads)
        try Torch.seed(UInt64(bitPattern: Int64(options.seed)))
        var corpus = CodeCorpus(model)
        try corpus.fill(
            AudioGroup.read(data), codec: codec, hours: options.hours, seed: options.seed, report: report)
        var held = CodeCorpus(model)
        if validation.isEmpty {
            held = corpus.takingOut(oneIn: 20, seed: options.seed)
        } else {
            try held.fill(
                AudioGroup.read(validation), codec: codec, hours: .infinity, seed: options.seed, report: report)
        }
        guard !held.recordings.isEmpty else {
            throw RunError(.unreadable, "one recording is too little: some must be left to measure on")
        }
        report("\(decimal(corpus.hours, 2)) h of codes to train on, \(decimal(held.hours, 2)) h to measure on")
        let quantizer = model.architecture.quantizer
        let shape = ContextModel.Shape(
            stages: quantizer.stages, entries: quantizer.entries, width: options.width, hidden: options.hidden,
            inner: options.inner)
        let trainer = try ContextTrainer(shape, options, report: report)
        let made = try model.replacingContextModel(try trainer.train(corpus))
        return Result(model: made, report: try EntropyReport(made, held))
    }
}
