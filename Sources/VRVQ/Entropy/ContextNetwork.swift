import CVRVQKernels

/// Runs a context model (FORMAT.md, section 6.5): for one frame of one channel at a time, stage by stage, the frequency
/// of every code. Integers only, alike in both directions.
struct ContextNetwork: Sendable {
    let model: ContextModel
    private let kernels = IntegerKernels()
    private var channels: [ContextHistory]
    private var channel = 0
    /// Sums of the tables of the frame at hand: its vector, and what higher stages see of it.
    private var vector: [Int32]
    private var below: [Int32]
    private var hidden: [Int16]
    private var codes: [UInt16] = []
    /// Of the stage asked for last.
    private(set) var frequencies: [UInt32]
    private var scores: [Int32]

    /// Frequencies of one stage add up to at most this.
    static let maximumTotal = RangeEncoder.maximumTotal

    init(_ model: ContextModel, channels: Int) {
        let shape = model.shape
        self.model = model
        self.channels = Array(repeating: ContextHistory(shape), count: channels)
        vector = Array(repeating: 0, count: shape.width)
        below = Array(repeating: 0, count: shape.inner)
        hidden = []
        frequencies = Array(repeating: 0, count: shape.entries)
        scores = Array(repeating: 0, count: shape.entries)
    }

    /// Starts a chunk.
    mutating func reset() {
        for channel in channels.indices { channels[channel] = ContextHistory(model.shape) }
    }

    /// Starts a frame of a channel, whose depth is known.
    mutating func startFrame(channel: Int, depth: Int) {
        self.channel = channel
        codes.removeAll(keepingCapacity: true)
        let shape = model.shape
        for index in vector.indices { vector[index] = Int32(model.frameDepth[depth * shape.width + index]) }
        guard depth > 0 else { return }
        for index in below.indices { below[index] = Int32(model.belowDepth[depth * shape.inner + index]) }
        channels[channel].startFrame()
        let first = kernels.apply(
            model.first, to: channels[channel].features, shift: Int(model.shifts[0]), outputs: shape.hidden)
        hidden = kernels.apply(model.second, to: first, shift: Int(model.shifts[1]), outputs: shape.hidden)
    }

    /// Takes the code of the next stage.
    mutating func note(_ code: Int) {
        let (stage, shape) = (codes.count, model.shape)
        let entry = stage * shape.entries + code
        codes.append(UInt16(code))
        for index in vector.indices { vector[index] += Int32(model.frame[entry * shape.width + index]) }
        channels[channel].note(code, stage: stage)
        guard stage + 1 < shape.stages else { return }
        for index in below.indices { below[index] += Int32(model.below[entry * shape.inner + index]) }
    }

    /// The frame at hand has no more codes.
    mutating func endFrame() { channels[channel].endFrame(vector.map(Self.clamped), codes: codes[...]) }

    /// Works out the frequencies of the next stage's codes, each at least 1; `without` has 0. Returns their total.
    mutating func predict(without excluded: Int?) -> Int {
        let (stage, shape) = (codes.count, model.shape)
        let shifts = model.shifts(ofStage: stage)
        let inner = inner(stage, shift: shifts.inner)
        kernels.scores(model, stage: stage, inner: inner, shift: shifts.output, into: &scores)
        let copies = channels[channel].copies(stage: stage, gate: gate(stage, inner, shifts.gate), model.copies)
        let least = max(1, 1024 / shape.entries)
        let budget = Self.maximumTotal - least * shape.entries
        let mass = copies.reduce(Exponential.unit) { $0 + $1.mass }
        var total = kernels.frequencies(
            scores, least: least, budget: budget * Exponential.unit / mass, into: &frequencies)
        for copy in copies {
            let share = copy.mass * budget / mass
            frequencies[copy.code] += UInt32(share)
            total += share
        }
        guard let excluded else { return total }
        total -= Int(frequencies[excluded])
        frequencies[excluded] = 0
        return total
    }

    /// What the second layer and the stages below become before the scores.
    private func inner(_ stage: Int, shift: Int) -> [Int16] {
        let shape = model.shape
        var sums = Array(model.stageBias[stage * shape.inner..<(stage + 1) * shape.inner])
        kernels.accumulate(
            model.stageHidden, from: stage * shape.inner * shape.hidden, hidden, into: &sums)
        kernels.accumulate(
            model.stageBelow, from: stage * shape.inner * shape.inner, below.map(Self.clamped), into: &sums)
        return sums.map { Self.activation($0 >> Int32(shift)) }
    }

    private func gate(_ stage: Int, _ inner: [Int16], _ shift: Int) -> Int {
        var sum = 0
        for index in inner.indices { sum += Int(model.gate[stage * inner.count + index]) * Int(inner[index]) }
        return (sum >> shift) + Int(model.gateBias[stage])
    }

    static func activation(_ sum: Int32) -> Int16 { Int16(min(max(sum, 0), Int32(ContextModel.greatestActivation))) }

    private static func clamped(_ sum: Int32) -> Int16 {
        let limit = Int32(ContextModel.greatestActivation)
        return Int16(min(max(sum, -limit), limit))
    }
}

/// The kernels in use. Unchecked: the table is constant and stays for ever. All tables give the same integers.
private struct IntegerKernels: @unchecked Sendable {
    private let table = vrvq_kernels_best()

    /// sums[o] += the inputs times the weights of output o, which begin at `start` and are [inputs][outputs].
    func accumulate(_ weights: [Int16], from start: Int, _ inputs: [Int16], into sums: inout [Int32]) {
        precondition(start + sums.count * inputs.count <= weights.count)
        weights.withUnsafeBufferPointer { weights in
            inputs.withUnsafeBufferPointer { inputs in
                sums.withUnsafeMutableBufferPointer { sums in
                    table.pointee.accumulate(
                        sums.baseAddress!, weights.baseAddress! + start, inputs.baseAddress!, inputs.count, sums.count)
                }
            }
        }
    }

    /// A layer's values.
    func apply(_ layer: ContextLayer, to inputs: [Int16], shift: Int, outputs: Int) -> [Int16] {
        var sums = layer.bias
        accumulate(layer.weights, from: 0, inputs, into: &sums)
        return sums.map { ContextNetwork.activation($0 >> Int32(shift)) }
    }

    /// The scores of all codes of a stage.
    func scores(_ model: ContextModel, stage: Int, inner: [Int16], shift: Int, into scores: inout [Int32]) {
        let shape = model.shape
        precondition(scores.count == shape.entries && inner.count == shape.inner && stage < shape.stages)
        model.output.withUnsafeBufferPointer { weights in
            model.outputBias.withUnsafeBufferPointer { bias in
                inner.withUnsafeBufferPointer { inner in
                    scores.withUnsafeMutableBufferPointer { scores in
                        table.pointee.scores(
                            scores.baseAddress!, weights.baseAddress! + stage * shape.entries * shape.inner,
                            inner.baseAddress!, bias.baseAddress! + stage * shape.entries, Int32(shift), shape.inner,
                            shape.entries)
                    }
                }
            }
        }
    }

    /// Frequencies in proportion to two to the scores; gives their total.
    func frequencies(_ scores: [Int32], least: Int, budget: Int, into frequencies: inout [UInt32]) -> Int {
        scores.withUnsafeBufferPointer { scores in
            frequencies.withUnsafeMutableBufferPointer { frequencies in
                Int(
                    table.pointee.frequencies(
                        frequencies.baseAddress!, scores.baseAddress!, UInt32(least), UInt32(budget), scores.count))
            }
        }
    }
}
