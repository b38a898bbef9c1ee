import Dispatch

/// Makes batches ahead of the training loop, on threads of its own.
///
/// At most `prefetch` batches are made or waiting; memory is bounded by that. Which thread makes what does not matter:
/// items depend on step and position alone (``ExcerptDataset``). To resume, start from the next step.
package final class BatchLoader {
    /// How long the training loop waited for data.
    package struct Statistics: Equatable, Sendable {
        /// Batches handed over.
        package var batches = 0
        /// Seconds spent waiting for them.
        package var waited = 0.0
        /// Seconds in all, from the first request to the latest batch.
        package var elapsed = 0.0
        /// Share of the time that was waited, 0 ... 1.
        package var waitingShare: Double { elapsed > 0 ? waited / elapsed : 0 }
    }

    /// Waiting times since the start, or since ``resetStatistics()``.
    package private(set) var statistics = Statistics()

    private let pipeline: Pipeline
    private let workers = DispatchGroup()
    private let clock = ContinuousClock()
    private var began: ContinuousClock.Instant?

    /// A loader of the batches from `step` on, for one process of those that share the work. Throws when the batch
    /// cannot be shared evenly.
    package init(
        _ dataset: ExcerptDataset, share: DataConfiguration.Share = .init(), from step: Int = 0, threads: Int = 2,
        prefetch: Int = 4
    ) throws(DataError) {
        precondition(step >= 0)
        try dataset.configuration.validate(share)
        guard (1...256).contains(threads), (1...1024).contains(prefetch) else {
            throw DataError("\(threads) loader threads and \(prefetch) batches ahead; take 1 to 256 and 1 to 1024")
        }
        pipeline = Pipeline(dataset, dataset.configuration.positions(share), from: step, prefetch: prefetch)
        for thread in 0..<threads {
            // A serial queue of its own gives each endless block a thread of its own.
            DispatchQueue(label: "vrvq.loader.\(thread)").async(group: workers) { [pipeline] in pipeline.work() }
        }
    }

    deinit { stop() }

    /// The next batch; waits for it. Throws when a group has no usable file, and from then on always.
    package func next() throws(DataError) -> Batch {
        let start = clock.now
        let result = pipeline.next()
        let end = clock.now
        began = began ?? start
        statistics.waited += Self.seconds(end - start)
        statistics.elapsed = Self.seconds(end - began!)
        let batch = try result.get()
        statistics.batches += 1
        return batch
    }

    /// Batches complete and not yet taken.
    package var readyBatches: Int { pipeline.ready }

    /// Starts counting anew.
    package func resetStatistics() {
        statistics = Statistics()
        began = clock.now
    }

    /// Ends the threads, after the items they are at. No batch can be asked for afterwards.
    package func stop() {
        pipeline.stop()
        workers.wait()
    }

    private static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

/// What the loader's threads share with it: tickets in order, and batches being put together.
private final class Pipeline: Sendable {
    private struct Ticket {
        var step: Int
        var position: Int
    }

    private struct State {
        var wanted: Int
        var ticket: Ticket
        var parts: [Int: [Int: Excerpt]] = [:]
        var failures: [Int: DataError] = [:]
        var isStopped = false
    }

    private let dataset: ExcerptDataset
    private let positions: Range<Int>
    private let prefetch: Int
    private let monitor: Monitor<State>

    init(_ dataset: ExcerptDataset, _ positions: Range<Int>, from step: Int, prefetch: Int) {
        self.dataset = dataset
        self.positions = positions
        self.prefetch = prefetch
        monitor = Monitor(State(wanted: step, ticket: Ticket(step: step, position: positions.lowerBound)))
    }

    /// A worker's life.
    func work() {
        while let ticket = take() {
            do throws(DataError) {
                let item = try dataset.item(step: ticket.step, position: ticket.position)
                monitor.change { $0.parts[ticket.step, default: [:]][ticket.position] = item }
            } catch {
                monitor.change { if $0.failures[ticket.step] == nil { $0.failures[ticket.step] = error } }
            }
        }
    }

    /// The next item to make; nil when it is time to end.
    private func take() -> Ticket? {
        monitor.wait { state -> Ticket?? in
            if state.isStopped { return .some(nil) }
            guard state.ticket.step < state.wanted + prefetch else { return nil }
            let ticket = state.ticket
            state.ticket.position += 1
            if state.ticket.position == positions.upperBound {
                state.ticket = Ticket(step: ticket.step + 1, position: positions.lowerBound)
            }
            return .some(ticket)
        }
    }

    /// The next batch in order. A failure stays: the loader does not go past it.
    func next() -> Result<Batch, DataError> {
        let (step, result) = monitor.wait { state -> (Int, Result<[Int: Excerpt], DataError>)? in
            precondition(!state.isStopped, "a batch was asked of a loader that was stopped")
            let step = state.wanted
            if let failure = state.failures[step] { return (step, .failure(failure)) }
            guard let parts = state.parts[step], parts.count == positions.count else { return nil }
            return (step, .success(parts))
        }
        guard case .success(let parts) = result else { return result.map { _ in preconditionFailure() } }
        monitor.change { state in
            state.parts[step] = nil
            state.wanted += 1
        }
        return .success(
            Batch(step: step, excerpts: positions.map { parts[$0]! }, excerpt: dataset.configuration.excerpt))
    }

    var ready: Int { monitor.change { $0.parts.values.count { $0.count == positions.count } } }

    func stop() { monitor.change { $0.isStopped = true } }
}
