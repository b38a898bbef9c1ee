import TestSupport
import Testing
import Torch
import Training
import VRVQ
import VRVQNetwork

@Suite(.needsTorch) struct TorchBackendTests {
    /// The small model's shape: uneven padding, Euclidean look-up, one strided convolution.
    static let frameRate = Architecture(
        sampleRate: 44100,
        encoder: .frameRate(stride: 8, channels: 6, hidden: 4, dilations: [1, 2], ahead: 1),
        decoder: .frameRate(stride: 8, channels: 6, hidden: 4, dilations: [1, 2], ahead: 1),
        latent: 5, quantizer: .init(dimensions: [2, 3], entries: 16, lookup: .euclidean),
        importance: .init(channels: [4], kernels: [5, 1], inputBlock: false))

    @Test func agreesWithTheDefinitionAndInBatches() throws {
        let network = Network(Self.frameRate)
        let store = try ParameterStore(initializing: network, dtype: .float64)
        var torch = TorchBackend(store)
        var reference = Reference(try store.stored())
        let audio = try Tensor.randn([3, 1, 80], .float64)
        let (feature, latent) = try network.encode(audio, on: &torch)
        let importance = try #require(try network.importance(feature, on: &torch))
        let stages = try network.quantizer.quantize(latent, on: &torch)
        let depth = try DepthMask.depth(importance: importance, scale: Tensor([1, 2, 4.0]), stages: 2)
        let codes = stages.map(\.codes)
        let back = try #require(try network.quantizer.reconstruct(codes, depth: depth, on: &torch))
        let decoded = try network.decode(back, on: &torch)
        for item in 0..<3 {
            let x = Reference<WeightDictionary>.Tensor(
                rows: 80, channels: 1, values: try audio.select(0, item).doubles())
            let (f, z) = try network.encode(x, on: &reference)
            // The reference reads kernels that were rounded to float32.
            #expect(try distance(latent.select(0, item), z) < 1e-6)
            #expect(
                try distance(importance.select(0, item), try #require(network.importance(f, on: &reference))) < 1e-6)
            let quantized = try network.quantizer.quantize(z, on: &reference)
            for (mine, theirs) in zip(stages, quantized) {
                #expect(try mine.codes.select(0, item).ints() == theirs.codes)
            }
            let used = try depth.select(0, item).ints()
            let total = try network.quantizer.reconstruct(quantized.map(\.codes), depth: used, on: &reference)
            #expect(try distance(decoded.select(0, item), network.decode(#require(total), on: &reference)) < 1e-6)
        }
    }

    @Test(arguments: [Architecture.Lookup.cosine, .euclidean])
    func tiesGoToTheLowestIndex(_ lookup: Architecture.Lookup) throws {
        let table: [Float] = [0, 1, 1, 0, 0, 1, 1, 0]
        var codebook = Network(Self.frameRate).quantizer.stages[0].codebook
        (codebook.name, codebook.entries, codebook.dimensions, codebook.lookup) = ("codebook", 4, 2, lookup)
        let parameter = try #require(
            Network(Self.frameRate).parameters.first { $0.kind == .codebook })
        var named = parameter
        (named.name, named.shape) = ("codebook.weight", [4, 2])
        let store = try ParameterStore(
            [named], from: WeightDictionary(["codebook.weight": ([4, 2], table)]), kernels: .folded)
        let backend = TorchBackend(store)
        let projected = try Tensor([1, 0, 0.5, 0, 0, 1, 0.5, 0] as [Float], [1, 2, 4])
        // Frames (1,0), (0,1), (½,½), (0,0).
        #expect(try backend.nearest(projected, codebook).ints() == [1, 0, 0, 0])
    }

    @Test func entriesPassTheGradientStraightThrough() throws {
        let network = Network(Self.frameRate)
        let store = try ParameterStore(initializing: network, dtype: .float64)
        try store.requireGrad()
        let backend = TorchBackend(store)
        let codebook = network.quantizer.stages[0].codebook
        let projected = try Tensor.randn([2, 2, 5], .float64).requiringGrad()
        let codes = try backend.nearest(projected, codebook)
        let entries = try backend.entries(codes, codebook, projected: projected)
        #expect(try (entries - backend.storedEntries(codes, codebook)).abs().amax().item() < 1e-12)
        let upstream = try Tensor.randn([2, 2, 5], .float64)
        try (entries * upstream).sum().backward()
        #expect(try projected.grad()?.doubles() == upstream.doubles())
        #expect(try store.array("\(codebook.name).weight").grad() == nil)
    }

    @Test func stageErrorsPullOneSideEach() throws {
        let network = Network(Self.frameRate)
        let store = try ParameterStore(initializing: network, dtype: .float64)
        try store.requireGrad()
        var backend = TorchBackend(store)
        let stages = try network.quantizer.quantize(Tensor.randn([2, 5, 7], .float64), on: &backend)
        let errors = try StageErrors(stages, of: network.quantizer, on: backend)
        #expect(errors.commitment.shape == [2, 2, 7])
        #expect(try errors.commitment.doubles() == errors.codebook.doubles())
        let mask = try DepthMask.hard(depth: Tensor([Int](repeating: 1, count: 14), [2, 7]), stages: 2, .float64)
        #expect(try mask.select(1, 0).mean().item() == 1)
        #expect(try mask.select(1, 1).sum().item() == 0)
        let table = try store.array(network.quantizer.stages[0].codebook.name + ".weight")
        let projection = try store.array(network.quantizer.stages[0].project.name + ".weight_v")
        let commitment = try StageErrors.loss(errors.commitment, mask: mask)
        let expected = try errors.commitment.select(1, 0).mean().item()
        #expect(abs(try commitment.item() - expected) < 1e-12)
        try commitment.backward(retainGraph: true)
        #expect(try table.grad() == nil)
        #expect(try #require(try projection.grad()).abs().amax().item() > 0)
        try projection.setGrad(nil)
        try StageErrors.loss(errors.codebook, mask: mask).backward()
        #expect(try projection.grad() == nil)
        #expect(try #require(try table.grad()).abs().amax().item() > 0)
    }

    @Test func depthIsTheCodecs() throws {
        let p: [Float] = [0, 0.1, 0.124999, 0.125, 0.5, 0.9999, 1]
        let scales: [Float] = [0.5, 1, 8, 48]
        let importance = try Tensor(scales.flatMap { _ in p }, [scales.count, 1, p.count])
        let depth = try DepthMask.depth(importance: importance, scale: Tensor(scales), stages: 8).ints()
        let expected = scales.flatMap { scale in
            p.map { ImportanceMap.depth(importance: $0, scale: scale, stages: 8) }
        }
        #expect(depth == expected)
    }

    /// In mixed precision the look-up still sees full precision, so the codes stay.
    @Test func autocastLeavesTheLookupAlone() throws {
        let network = Network(Self.frameRate)
        let store = try ParameterStore(initializing: network)
        let backend = TorchBackend(store)
        let projected = try Tensor.randn([4, 3, 200])
        let codebook = network.quantizer.stages[1].codebook
        let full = try backend.nearest(projected, codebook).ints()
        let mixed = try Torch.autocast(.cpu, .bfloat16) { try backend.nearest(projected, codebook).ints() }
        #expect(full == mixed)
    }

    private func distance(_ tensor: Tensor, _ other: Reference<WeightDictionary>.Tensor) throws -> Double {
        guard tensor.shape == [other.channels, other.rows] else { return .infinity }
        let mine = try tensor.transpose(0, 1).doubles()
        return zip(mine, other.values).reduce(0) { worst, pair in
            let difference = abs(pair.0 - pair.1)
            return difference <= worst ? worst : difference
        }
    }
}
