import TestSupport
import Testing
import Torch
import Training
import VRVQ
import VRVQNetwork

@Suite(.needsTorch) struct ParameterStoreTests {
    /// A narrow published network.
    static let published = Architecture(
        sampleRate: 44100, encoder: .pyramid(width: 4, strides: [2, 4]), decoder: .pyramid(width: 16, strides: [4, 2]),
        latent: 16, quantizer: .init(dimensions: [4, 4], entries: 8, lookup: .cosine),
        importance: .paper(channels: [8, 4, 4, 2]))

    @Test func initialValuesAreThePublishedOnes() throws {
        let store = try ParameterStore(initializing: Network(Self.published))
        #expect(try store.array("encoder.block.0.bias").floats().allSatisfy { $0 == 0 })
        #expect(try store.array("decoder.model.1.block.0.alpha").floats().allSatisfy { $0 == 1 })
        // 1 to 4 channels, kernel 7; then 16 to 8, kernel 8, whose fan-in PyTorch counts from the outputs.
        let direction = try store.array("encoder.block.0.weight_v").abs().amax().item()
        #expect(direction <= 1 / 7.0.squareRoot() && direction > 0.8 / 7.0.squareRoot())
        let transposed = try store.array("decoder.model.1.block.1.weight_v").abs().amax().item()
        #expect(transposed <= 0.125 && transposed > 0.12)
        let bias = try store.array("decoder.model.1.block.1.bias").abs().amax().item()
        #expect(bias <= 0.125 && bias > 0)
        #expect(try store.array("decoder.model.1.block.1.weight_g").shape == [16, 1, 1])
        let folded = try store.folded().array("encoder.block.0.weight")
        #expect(try (folded - store.array("encoder.block.0.weight_v")).abs().amax().item() < 1e-6)
        #expect(store.valueCount == Network(Self.published).parameters.reduce(0) { $0 + $1.storedCount })
    }

    /// The seed decides, and neither PyTorch's generator nor the other parameters do.
    @Test func initialValuesAreKeyed() throws {
        var more = Self.published
        more.quantizer.dimensions.append(4)
        let first = try ParameterStore(initializing: Network(Self.published), seed: 9)
        try Torch.seed(UInt64.random(in: 0...1000))
        let second = try ParameterStore(initializing: Network(more), seed: 9)
        for (name, tensor) in first.entries {
            let values = (try tensor.floats(), try second.array(name).floats())
            #expect(values.0 == values.1, "\(name)")
        }
    }

    @Test(arguments: [ParameterStore.Kernels.folded, .normalized])
    func storedWeightsLoadAgain(_ kernels: ParameterStore.Kernels) throws {
        let network = Network(Self.published)
        let first = try ParameterStore(initializing: network, kernels: kernels)
        let second = try ParameterStore(initializing: network, seed: 1, kernels: kernels)
        let name = "quantizer.quantizers.0.codebook.weight"
        let values = (try first.array(name).floats(), try second.array(name).floats())
        #expect(values.0 != values.1)
        #expect(try first.array("encoder.block.0.bias") !== second.array("encoder.block.0.bias"))
        try second.load(first.stored())
        let third = try ParameterStore(network, from: first.stored(), kernels: kernels)
        for (name, tensor) in first.entries {
            #expect(try second.array(name).floats() == tensor.floats(), "\(name)")
            #expect(try third.array(name).floats() == tensor.floats(), "\(name)")
        }
        #expect(throws: WeightError.self) { try ParameterStore(network, from: WeightDictionary(), kernels: kernels) }
    }

    @Test func aModelOfTheWeightsIsWhatTheEngineReads() throws {
        let store = try ParameterStore(initializing: Network(Self.published))
        let model = try Model(
            name: "trained", architecture: Self.published, card: ModelCard([:]), weights: store.stored())
        let again = try Model(model.serialized())
        let expected = try store.exported()
        for parameter in Network(Self.published).parameters {
            let values = try again.weights.values(of: parameter.name)
            let worst = zip(values, try expected.values(of: parameter.name)).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(worst <= 1e-6, "\(parameter.name)")
        }
        let half = try Model(
            name: "half", architecture: Self.published, card: ModelCard([:]), weights: store.stored(), type: .float16)
        #expect(half.serialized().count < model.serialized().count * 2 / 3)
        let bias = try half.weights.values(of: "decoder.model.1.block.1.bias")
        let rounded = try store.array("decoder.model.1.block.1.bias").to(.float16).floats()
        #expect(bias == rounded)
    }

    @Test func onlyNamedParametersAreTrained() throws {
        let store = try ParameterStore(initializing: Network(Self.published))
        try store.requireGrad { $0.hasPrefix("decoder.") && !$0.hasSuffix("alpha") }
        #expect(!store.trained.isEmpty)
        #expect(store.trained.allSatisfy { $0.name.hasPrefix("decoder.") && !$0.name.hasSuffix("alpha") })
        var backend = TorchBackend(store)
        let network = Network(Self.published)
        let (_, latent) = try network.encode(Tensor.randn([1, 1, 64]), on: &backend)
        #expect(!latent.requiresGrad)
        try network.decode(latent, on: &backend).sum().backward()
        #expect(try store.trained.allSatisfy { try $0.tensor.grad() != nil })
        #expect(try store.array("decoder.model.0.weight_v").grad() != nil)
        #expect(try store.array("encoder.block.0.weight_v").grad() == nil)
    }

    @Test func composedKernelsStandInForStoredOnes() throws {
        let store = try ParameterStore(initializing: Network(Self.published))
        let factor = try Tensor.scalar(2).requiringGrad()
        let base = try Tensor.ones([4, 1, 7])
        store.composedKernels["encoder.block.0"] = { try base * factor }
        #expect(try store.kernel("encoder.block.0").floats().allSatisfy { $0 == 2 })
        #expect(try store.folded().array("encoder.block.0.weight").floats().allSatisfy { $0 == 2 })
        try store.kernel("encoder.block.0").sum().backward()
        #expect(try factor.grad()?.item() == 28)
    }

    @Test(arguments: [DType.float32, .float64, .bfloat16, .int64, .bool])
    func archivesKeepTensors(_ dtype: DType) throws {
        let x = try Tensor([0, 1, 2.5, -3], [2, 2]).to(dtype)
        let scalar = try Tensor.scalar(7)
        let bytes = try TensorArchive.bytes(of: [("x", x), ("scalar", scalar)], metadata: ["step": "3"])
        let file = try Safetensors(ModelBytes(bytes))
        #expect(file.metadata["step"] == "3")
        let back = try TensorArchive.tensor("x", in: file)
        #expect(back.dtype == dtype && back.shape == [2, 2])
        #expect(try back.doubles() == x.doubles())
        #expect(try TensorArchive.tensor("scalar", in: file).shape == [])
        #expect(throws: TorchError.self) { try TensorArchive.tensor("y", in: file) }
    }
}
