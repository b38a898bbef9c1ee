import Foundation
import TestSupport
import Testing
import VRVQMetrics

@Suite struct FourierTransformTests {
    /// The definition, term by term.
    private func slow(_ x: [Double], _ y: [Double]) -> [(Double, Double)] {
        x.indices.map { k in
            var sum = (0.0, 0.0)
            for n in x.indices {
                let angle = -2 * Double.pi * Double(k * n % x.count) / Double(x.count)
                sum.0 += x[n] * cos(angle) - y[n] * sin(angle)
                sum.1 += x[n] * sin(angle) + y[n] * cos(angle)
            }
            return sum
        }
    }

    @Test(arguments: [1, 2, 4, 8, 64, 256], propertySeeds(3))
    func equalsTheDefinition(_ size: Int, _ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (x, y) = ([Double](), [Double]())
        for _ in 0..<size {
            x.append(Double(random.sample()))
            y.append(Double(random.sample()))
        }
        let expected = slow(x, y)
        let (originalX, originalY) = (x, y)
        let transform = FourierTransform(size: size)
        transform.forward(&x, &y)
        for k in 0..<size {
            #expect(abs(x[k] - expected[k].0) < 1e-11 && abs(y[k] - expected[k].1) < 1e-11, "bin \(k), seed \(seed)")
        }
        transform.inverse(&x, &y)
        for n in 0..<size {
            #expect(abs(x[n] - originalX[n]) < 1e-13 && abs(y[n] - originalY[n]) < 1e-13, "sample \(n), seed \(seed)")
        }
    }
}
