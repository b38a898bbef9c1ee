import Torch
import VRVQ

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Turns a trained context model into integers (FORMAT.md, section 6.5).
///
/// Every array is the real one divided by a unit. Units of weights and of inputs multiply to that of the sums, a shift
/// then brings the greatest value seen below the bound of activations: no multiplication is needed between layers. Shifts
/// round down; half a unit in the biases makes this rounding to nearest.
struct ContextRounding {
    /// The greatest values of each layer over some batches.
    struct Ranges {
        var first = 0.0
        var second = 0.0
        var inner: [Double]

        mutating func take(_ prediction: ContextTrainee.Prediction) throws(TorchError) {
            first = max(first, try prediction.greatest.first.amax().item())
            second = max(second, try prediction.greatest.second.amax().item())
            inner = zip(inner, try prediction.greatest.inner.amax([1, 2]).doubles()).map(max)
        }
    }

    /// Weights of inner layers have 12 bits with the sign, so that no sum overflows.
    private static let greatestWeight = 2047.0
    /// Room above the greatest value seen.
    private static let headroom = 1.25
    /// Scores in 256ths of a power of two, from natural ones.
    private static let scoreUnit = logarithm(2) / 256

    private let shape: ContextModel.Shape
    private var values: [ContextField: [Double]] = [:]
    private var arrays: [ContextField: [Int]] = [:]
    private var shifts: [Int] = []

    /// The integer model of trained parameters.
    static func model(_ trainee: ContextTrainee, _ ranges: Ranges) throws -> ContextModel {
        var rounding = ContextRounding(shape: trainee.shape)
        for field in ContextTrainee.fields { rounding.values[field] = try trainee[field].detach().doubles() }
        rounding.round(ranges)
        return try ContextModel(trainee.shape, rounding.arrays)
    }

    private init(shape: ContextModel.Shape) { self.shape = shape }

    private mutating func round(_ ranges: Ranges) {
        let vectorUnit = table(.frame, .frameDepth)
        let belowUnit = table(.below, .belowDepth)
        let firstUnit = layer(.firstWeight, .firstBias, inputUnit: vectorUnit, greatest: ranges.first)
        let secondUnit = layer(.secondWeight, .secondBias, inputUnit: firstUnit, greatest: ranges.second)
        for stage in 0..<shape.stages {
            let unit = inner(stage, hiddenUnit: secondUnit, belowUnit: belowUnit, greatest: ranges.inner[stage])
            shifts.append(scores(.output, stage, inputUnit: unit, greatest: 127))
            shifts.append(scores(.gate, stage, inputUnit: unit, greatest: Self.greatestWeight))
        }
        arrays[.shifts] = shifts
        for field in [ContextField.outputBias, .gateBias, .copyLag, .copyBelow, .copyLast, .copyBefore] {
            arrays[field] = values[field]!.map { Self.clamped($0 / Self.scoreUnit, 32767) }
        }
    }

    /// Rows of bytes with the unit of least error, and what is added to their sums. Returns the unit.
    private mutating func table(_ bytes: ContextField, _ depth: ContextField) -> Double {
        let unit = Self.unit(values[bytes]!, greatest: 127)
        arrays[bytes] = values[bytes]!.map { Self.clamped($0 / unit, 127) }
        arrays[depth] = values[depth]!.map { Self.clamped($0 / unit, 32767) }
        return unit
    }

    /// A layer; returns the unit of its values.
    private mutating func layer(
        _ weights: ContextField, _ bias: ContextField, inputUnit: Double, greatest: Double
    ) -> Double {
        let weightUnit = Self.greatest(values[weights]!) / Self.greatestWeight
        arrays[weights] = values[weights]!.map { Self.clamped($0 / weightUnit, Self.greatestWeight) }
        return finish(bias, values[bias]![...], sumUnit: weightUnit * inputUnit, greatest: greatest)
    }

    /// The layer of a stage, whose two kinds of inputs have units of their own; returns the unit of its values.
    private mutating func inner(_ stage: Int, hiddenUnit: Double, belowUnit: Double, greatest: Double) -> Double {
        let hidden = part(.stageHidden, stage).map { $0 * hiddenUnit }
        let below = part(.stageBelow, stage).map { $0 * belowUnit }
        let sumUnit = max(Self.greatest(hidden), Self.greatest(below)) / Self.greatestWeight
        arrays[.stageHidden, default: []] += hidden.map { Self.clamped($0 / sumUnit, Self.greatestWeight) }
        arrays[.stageBelow, default: []] += below.map { Self.clamped($0 / sumUnit, Self.greatestWeight) }
        return finish(.stageBias, part(.stageBias, stage), sumUnit: sumUnit, greatest: greatest)
    }

    /// Biases and the shift of sums of this unit.
    private mutating func finish(
        _ bias: ContextField, _ values: ArraySlice<Double>, sumUnit: Double, greatest: Double
    ) -> Double {
        var shift = 0
        let bound = Double(ContextModel.greatestActivation)
        while shift < 30, greatest * Self.headroom / sumUnit / Double(1 << shift) > bound { shift += 1 }
        let half = shift > 0 ? Double(1 << (shift - 1)) : 0
        arrays[bias, default: []] += values.map { Self.clamped($0 / sumUnit + half, 0x1p30) }
        shifts.append(shift)
        return sumUnit * Double(1 << shift)
    }

    /// Weights of a stage's scores or of its gate; returns the shift after which they count in 256ths.
    private mutating func scores(_ field: ContextField, _ stage: Int, inputUnit: Double, greatest: Double) -> Int {
        let wanted = part(field, stage).map { $0 * inputUnit / Self.scoreUnit }
        let unit = Self.unit(wanted, greatest: greatest)
        var shift = 0
        while shift < 30, 1 / Double(2 << shift) >= unit { shift += 1 }
        arrays[field, default: []] += wanted.map { Self.clamped($0 * Double(1 << shift), greatest) }
        return shift
    }

    /// The values of one stage.
    private func part(_ field: ContextField, _ stage: Int) -> ArraySlice<Double> {
        let count = values[field]!.count / shape.stages
        return values[field]![stage * count..<(stage + 1) * count]
    }

    private static func greatest(_ values: some Sequence<Double>) -> Double {
        max(values.reduce(0) { max($0, abs($1)) }, 1e-9)
    }

    /// The unit with the least square error: outliers may be clipped.
    private static func unit(_ values: some Collection<Double>, greatest bound: Double) -> Double {
        let full = greatest(values) / bound
        func error(_ unit: Double) -> Double {
            values.reduce(0) { sum, value in
                let difference = value - Double(clamped(value / unit, bound)) * unit
                return sum + difference * difference
            }
        }
        return [1, 0.85, 0.7, 0.55, 0.4].map { full * $0 }.min { error($0) < error($1) } ?? full
    }

    private static func clamped(_ value: Double, _ bound: Double) -> Int {
        Int(max(-bound, min(value, bound)).rounded())
    }
}
