import Testing
import Torch

@Suite(.needsTorch) struct AutogradTests {
    @Test func gradientsOfAPolynomial() throws {
        let x = try Tensor([1, -2] as [Double]).requiringGrad()
        try (x.pow(3) + x * 2).sum().backward()
        #expect(try x.grad()?.doubles() == [5, 14])
        try (x * 1).sum().backward()
        #expect(try x.grad()?.doubles() == [6, 15], "gradients add up")
        try x.setGrad(nil)
        #expect(try x.grad() == nil)
        let found = try Torch.gradients(of: [(x * x).sum()], with: [x, Tensor([1.0]).requiringGrad()])
        #expect(try found[0]?.doubles() == [2, -4])
        #expect(found[1] == nil)
        #expect(try x.grad() == nil)
    }

    @Test func noGradRecordsNothing() throws {
        let x = try Tensor([1.0]).requiringGrad()
        let y = try Torch.noGrad { try x * 2 }
        #expect(!y.requiresGrad)
        #expect(try Torch.noGrad { try Torch.enableGrad { try x * 2 } }.requiresGrad)
        #expect(try (x * 2).requiresGrad)
        #expect(try !(x * 2).detach().requiresGrad)
        #expect(throws: TorchError.self) { try y.backward() }
    }

    /// Central differences in double precision against every operator that the networks and losses differentiate.
    @Test func derivativesAgreeWithDifferences() throws {
        let cases: [(String, [Int], (Tensor) throws -> Tensor)] = [
            ("conv1d", [2, 3, 9], { try $0.conv1d(weight([4, 3, 3]), stride: 2, padding: 1, dilation: 2) }),
            ("convTranspose1d", [2, 3, 5], { try $0.convTranspose1d(weight([3, 2, 4]), stride: 2, padding: 1) }),
            ("conv2d", [1, 2, 6, 5], { try $0.conv2d(weight([3, 2, 3, 3]), stride: (1, 2), padding: (1, 1)) }),
            ("weightNorm", [4, 3, 2], { try Tensor.weightNorm(direction: $0, magnitude: weight([4, 1, 1])) }),
            ("snake", [1, 2, 5], { try $0 + ($0 * 1.5).sin().pow(2) / (1.5 + 1e-9) }),
            ("stft", [2, 32], { try $0.stft(8, hop: 2, window: Tensor.hannWindow(8, .float64)).abs() }),
            ("log", [7], { try $0.abs().clamp(min: 1e-5).log10() }),
            ("softplus", [7], { try $0.softplus(beta: 2) + $0.tanh() * $0.sigmoid() }),
            ("amax", [3, 4], { try $0.amax([1]) }),
            ("mean", [3, 4], { try $0.mean([0]).norm() }),
            ("pad", [1, 2, 6], { try $0.pad([2, 1], .reflect).pow(2) }),
            ("indexing", [5, 3], { try $0.embedding(Tensor([1, 1, 4])).transpose(0, 1).matmul($0.narrow(0, 0, 3)) }),
        ]
        for (name, shape, body) in cases {
            let x = try input(shape)
            let upstream = try weight(body(x).shape)
            func value(_ x: Tensor) throws -> Double { try (body(x) * upstream).sum().item() }
            let leaf = try x.clone().requiringGrad()
            try (body(leaf) * upstream).sum().backward()
            let gradient = try #require(try leaf.grad()).doubles()
            let values = try x.doubles()
            let step = 1e-6
            var slopes: [Double] = []
            for index in values.indices {
                var (up, down) = (values, values)
                up[index] += step
                down[index] -= step
                slopes.append(try (value(Tensor(up, shape)) - value(Tensor(down, shape))) / (2 * step))
            }
            #expect(distance(slopes, gradient) < 1e-6, "\(name)")
        }
    }

    /// The product's own optimiser step against the formula, in double precision.
    @Test(arguments: [true, false]) func adamWFollowsItsFormula(_ isFused: Bool) throws {
        let rates = AdamRates(learningRate: 0.1, beta1: 0.8, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01)
        let p = try Tensor([1, -2, 3] as [Double])
        let (m, v) = (try p.zerosLike(), try p.zerosLike())
        let steps = try Tensor.scalar(0)
        var (expected, mean, square) = ([1.0, -2, 3], [0.0, 0, 0], [0.0, 0, 0])
        for step in 1...3 {
            let gradient = expected.map { $0 * Double(step) }
            let g = try Tensor(gradient)
            if isFused {
                try steps.add_(Tensor.scalar(1))
                try Foreach.fusedAdamW_([p], gradients: [g], means: [m], squares: [v], steps: [steps], rates)
            } else {
                try Foreach.adamW_([p], gradients: [g], means: [m], squares: [v], step: step, rates)
            }
            var (power1, power2) = (1.0, 1.0)
            for _ in 0..<step { (power1, power2) = (power1 * 0.8, power2 * 0.99) }
            for i in expected.indices {
                mean[i] = 0.8 * mean[i] + 0.2 * gradient[i]
                square[i] = 0.99 * square[i] + 0.01 * gradient[i] * gradient[i]
                let root = (square[i] / (1 - power2)).squareRoot() + 1e-8
                expected[i] -= 0.1 * 0.01 * expected[i]
                expected[i] -= 0.1 * (mean[i] / (1 - power1)) / root
            }
        }
        #expect(distance(try p.doubles(), expected) < 1e-12)
    }

    @Test func clippingKeepsTheDirection() throws {
        let gradients = [try Tensor([3.0]), try Tensor([4.0, 0])]
        let norm = try Foreach.clipNorm_(gradients, limit: 1)
        #expect(try norm.item() == 5)
        #expect(distance(try gradients.flatMap { try $0.doubles() }, [0.6, 0.8, 0]) < 1e-6)
        try Foreach.clipNorm_(gradients, limit: 10)
        #expect(distance(try gradients[0].doubles(), [0.6]) < 1e-6)
    }

    @Test func autocastComputesProductsInHalfAndGradientsInFull() throws {
        let w = try Tensor.ones([4, 2, 3]).requiringGrad()
        let y = try Torch.autocast(.cpu, .bfloat16) { try Tensor.ones([1, 2, 8]).conv1d(w) }
        #expect(y.dtype == .bfloat16)
        try y.to(.float32).sum().backward()
        #expect(try w.grad()?.dtype == .float32)
        #expect(try Tensor.ones([1, 2, 8]).conv1d(w).dtype == .float32)
    }

    private func input(_ shape: [Int]) throws -> Tensor {
        let count = shape.reduce(1, *)
        let values = (0..<count).map { index in
            let residue = (37 * index * index + 11 * index) % 101
            return Double(residue) / 50 - 1.013
        }
        return try Tensor(values, shape)
    }
}

/// Fixed values that depend on nothing.
private func weight(_ shape: [Int]) throws -> Tensor {
    let count = shape.reduce(1, *)
    return try Tensor((0..<count).map { Double(($0 * 53 + 29) % 97) / 60 - 0.8 }, shape)
}
