import CVRVQKernels
import VRVQNetwork

/// The engine as a backend: every layer is a stream. A layer keeps the rows that its kernel still needs, takes a
/// block of rows in and gives the rows that are complete, so that memory does not grow with length and nothing is
/// computed twice. Each output is one fixed sequence of operations: the values do not depend on how the input was
/// cut into blocks.
///
/// One value serves one signal and one thread.
package final class CPU: Backend {
    /// Rows of channels on their way through the network.
    package struct Tensor {
        fileprivate let buffer: Buffer
        fileprivate let offset: Int
        package let rows: Int
        package let channels: Int
        /// True for the block that ends the signal: layers then add their padding and give all that is left.
        package let isLast: Bool

        package var base: UnsafeMutablePointer<Float> { buffer.base + offset }
    }

    package typealias Codes = [UInt16]
    package typealias Depth = [UInt8]
    package typealias Failure = Never

    private let prepared: PreparedLayers
    private let kernels: vrvq_kernels
    private let pool = BufferPool()
    private var queues: [RowQueue?]

    /// A stream at its start.
    package init(_ prepared: PreparedLayers, slots: Int) {
        self.prepared = prepared
        kernels = prepared.kernels.pointee
        queues = Array(repeating: nil, count: slots)
    }

    /// Back to the start of a new signal.
    package func reset() {
        for queue in queues { queue?.reset() }
    }

    /// Bytes that the stream holds between blocks: rows that layers still need, and buffers to be used again.
    package var heldBytes: Int { 4 * queues.reduce(pool.capacity) { $0 + ($1?.capacity ?? 0) } }

    /// A block of `rows` rows, to be written by `fill`.
    package func tensor(
        rows: Int, channels: Int, isLast: Bool, fill: (UnsafeMutablePointer<Float>) -> Void
    ) -> Tensor {
        let result = allocate(rows: rows, channels: channels, isLast: isLast)
        fill(result.base)
        return result
    }

    /// The same rows, as the end of the signal or not.
    package func marked(_ x: Tensor, isLast: Bool) -> Tensor {
        Tensor(buffer: x.buffer, offset: x.offset, rows: x.rows, channels: x.channels, isLast: isLast)
    }

    /// The rows behind the first `count`.
    func withoutFirst(_ count: Int, of x: Tensor) -> Tensor {
        precondition((0...x.rows).contains(count))
        return Tensor(
            buffer: x.buffer, offset: x.offset + count * x.channels, rows: x.rows - count, channels: x.channels,
            isLast: x.isLast)
    }

    package func convolution(_ x: Tensor, _ layer: Convolution) -> Tensor {
        precondition(x.channels == layer.inputs)
        if layer.kernel == 1 && layer.stride == 1 && layer.padLeft + layer.padRight == 0 {
            return pointwise(x, layer)
        }
        let queue = queue(layer.slot, channels: layer.inputs, zeros: layer.padLeft)
        queue.append(x.base, count: x.rows)
        return convolve(queue, layer, isLast: x.isLast)
    }

    package func transposedConvolution(_ x: Tensor, _ layer: TransposedConvolution) -> Tensor {
        precondition(x.channels == layer.inputs)
        let queue = queue(layer.slot, channels: layer.inputs, zeros: layer.reach - 1)
        let product = prepared.products[layer.slot]!
        let before = rowsGiven(after: queue.inputRows, layer, isLast: false)
        // Output rows before the first `padding` are cut off; `first` is where this call's full rows begin.
        let first = queue.inputRows * layer.stride - layer.padding
        queue.append(x.base, count: x.rows)
        queue.inputRows += x.rows
        if x.isLast && queue.inputRows > 0 { queue.appendZeros(layer.reach - 1) }
        let steps = max(0, queue.count - (layer.reach - 1))
        let full = allocate(rows: steps * layer.stride, channels: layer.outputs, isLast: x.isLast)
        multiply(
            product, in: queue.base, inStride: layer.inputs, tapStride: 0, out: full.base,
            outStride: product.columns, rows: steps)
        queue.removeFirst(steps)
        let after = rowsGiven(after: queue.inputRows, layer, isLast: x.isLast)
        let skipped = before - first
        return Tensor(
            buffer: full.buffer, offset: full.offset + min(skipped, full.rows) * layer.outputs,
            rows: max(0, after - before), channels: layer.outputs, isLast: x.isLast)
    }

    /// Output rows that are complete after `inputs` input rows.
    private func rowsGiven(after inputs: Int, _ layer: TransposedConvolution, isLast: Bool) -> Int {
        isLast ? layer.outputRows(inputs) : max(0, inputs * layer.stride - layer.padding)
    }

    package func snake(_ x: Tensor, _ layer: Snake) -> Tensor {
        let y = allocate(rows: x.rows, channels: x.channels, isLast: x.isLast)
        snake(from: x.base, to: y.base, rows: x.rows, layer)
        return y
    }

    /// The default residual unit with fewer passes: the first activation writes straight into the rows that the
    /// dilated convolution reads, the second works in place.
    package func residualUnit(_ x: Tensor, _ unit: ResidualUnit) -> Tensor {
        precondition(x.channels == unit.firstSnake.channels)
        let queue = queue(unit.dilated.slot, channels: unit.dilated.inputs, zeros: unit.dilated.padLeft)
        snake(from: x.base, to: queue.extend(x.rows), rows: x.rows, unit.firstSnake)
        let hidden = convolve(queue, unit.dilated, isLast: x.isLast)
        snake(from: hidden.base, to: hidden.base, rows: hidden.rows, unit.secondSnake)
        return residualSum(x, pointwise(hidden, unit.pointwise), slot: unit.slot)
    }

    package func residualSum(_ skip: Tensor, _ branch: Tensor, slot: Int) -> Tensor {
        let queue = queue(slot, channels: skip.channels, zeros: 0)
        queue.append(skip.base, count: skip.rows)
        precondition(queue.count >= branch.rows && branch.channels == skip.channels)
        kernels.add(branch.base, queue.base, branch.base, branch.rows * branch.channels)
        queue.removeFirst(branch.rows)
        return branch
    }

    package func tanh(_ x: Tensor) -> Tensor {
        let y = allocate(rows: x.rows, channels: x.channels, isLast: x.isLast)
        kernels.tanh(y.base, x.base, x.rows * x.channels)
        return y
    }

    package func sigmoid(_ x: Tensor) -> Tensor {
        let y = allocate(rows: x.rows, channels: x.channels, isLast: x.isLast)
        kernels.sigmoid(y.base, x.base, x.rows * x.channels)
        return y
    }

    package func nearest(_ projected: Tensor, _ codebook: Codebook) -> [UInt16] {
        let scores = similarities(projected, codebook)
        var codes = [UInt16](repeating: 0, count: projected.rows)
        kernels.argmax(&codes, scores.base, codebook.entries, projected.rows, codebook.entries)
        return codes
    }

    /// Scores [rows][entries], greatest for the nearest entry: ê·ĉ by direction, e·c - |c|²/2 by distance.
    package func similarities(_ projected: Tensor, _ codebook: Codebook) -> Tensor {
        let table = prepared.tables[codebook.slot]!
        let scores = allocate(rows: projected.rows, channels: codebook.entries, isLast: projected.isLast)
        let vectors: Tensor
        switch codebook.lookup {
        case .euclidean: vectors = projected
        case .cosine:
            vectors = allocate(rows: projected.rows, channels: projected.channels, isLast: projected.isLast)
            kernels.normalize(vectors.base, projected.base, projected.rows, projected.channels)
        }
        multiply(
            table.scores, in: vectors.base, inStride: vectors.channels, tapStride: 0, out: scores.base,
            outStride: codebook.entries, rows: vectors.rows)
        return scores
    }

    package func entries(_ codes: [UInt16], _ codebook: Codebook, projected: Tensor?) -> Tensor {
        let table = prepared.tables[codebook.slot]!.entries
        let width = codebook.dimensions
        let y = allocate(rows: codes.count, channels: width, isLast: projected?.isLast ?? false)
        table.withUnsafeBufferPointer { table in
            for (row, code) in codes.enumerated() {
                precondition(Int(code) < codebook.entries)
                (y.base + row * width).update(from: table.baseAddress! + Int(code) * width, count: width)
            }
        }
        return y
    }

    package func difference(_ x: Tensor, _ y: Tensor) -> Tensor {
        precondition(x.rows == y.rows && x.channels == y.channels)
        let z = allocate(rows: x.rows, channels: x.channels, isLast: x.isLast)
        kernels.subtract(z.base, x.base, y.base, x.rows * x.channels)
        return z
    }

    package func accumulate(_ total: Tensor?, _ contribution: Tensor, stage: Int, depth: [UInt8]) -> Tensor {
        precondition(depth.count == contribution.rows)
        let width = contribution.channels
        let sum = total ?? allocate(rows: contribution.rows, channels: width, isLast: contribution.isLast)
        if total == nil { sum.base.update(repeating: 0, count: sum.rows * width) }
        for row in 0..<sum.rows where Int(depth[row]) > stage {
            let target = sum.base + row * width
            kernels.add(target, target, contribution.base + row * width, width)
        }
        return sum
    }

    // MARK: Parts

    private func allocate(rows: Int, channels: Int, isLast: Bool) -> Tensor {
        Tensor(buffer: pool.take(rows * channels), offset: 0, rows: rows, channels: channels, isLast: isLast)
    }

    /// The queue of a slot; at the start of a signal it holds the zeros before the first row.
    private func queue(_ slot: Int, channels: Int, zeros: Int) -> RowQueue {
        if queues[slot] == nil { queues[slot] = RowQueue(channels: channels) }
        let queue = queues[slot]!
        if !queue.isPrimed {
            queue.appendZeros(zeros)
            queue.isPrimed = true
        }
        return queue
    }

    private func convolve(_ queue: RowQueue, _ layer: Convolution, isLast: Bool) -> Tensor {
        if isLast { queue.appendZeros(layer.padRight) }
        let rows = queue.count < layer.span ? 0 : (queue.count - layer.span) / layer.stride + 1
        let y = allocate(rows: rows, channels: layer.outputs, isLast: isLast)
        multiply(
            prepared.products[layer.slot]!, in: queue.base, inStride: layer.stride * layer.inputs,
            tapStride: layer.dilation * layer.inputs, out: y.base, outStride: layer.outputs, rows: rows)
        queue.removeFirst(min(queue.count, rows * layer.stride))
        return y
    }

    private func pointwise(_ x: Tensor, _ layer: Convolution) -> Tensor {
        let y = allocate(rows: x.rows, channels: layer.outputs, isLast: x.isLast)
        multiply(
            prepared.products[layer.slot]!, in: x.base, inStride: layer.inputs, tapStride: 0, out: y.base,
            outStride: layer.outputs, rows: x.rows)
        return y
    }

    private func snake(
        from x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, rows: Int, _ layer: Snake
    ) {
        let activation = prepared.activations[layer.slot]!
        kernels.snake(y, x, activation.alpha, activation.inverse, rows, layer.channels)
    }

    private func multiply(
        _ product: PreparedLayers.Product, in input: UnsafePointer<Float>, inStride: Int, tapStride: Int,
        out: UnsafeMutablePointer<Float>, outStride: Int, rows: Int
    ) {
        guard rows > 0 else { return }
        product.bias.withUnsafeBufferPointer { bias in
            var call = vrvq_product(
                out: out, out_stride: outStride, in: input, in_stride: inStride, weights: product.weights.base,
                bias: bias.baseAddress, rows: rows, columns: product.columns, taps: product.taps,
                depth: product.depth, tap_stride: tapStride)
            kernels.multiply(&call)
        }
    }
}
