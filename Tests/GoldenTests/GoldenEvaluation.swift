import Foundation
import TestSupport
import VRVQNetwork

/// Computes the outputs of a case on a machine, by the names of the index.
struct GoldenEvaluation<Machine: GoldenMachine> {
    let machine: Machine
    let golden: GoldenCase
    let files: GoldenFiles

    func outputs() throws -> [String: GoldenArray] {
        switch golden.kind {
        case "quantizer": try quantizer()
        case "quantizer.lookup": try lookup()
        case "importance": try importance()
        case "mask": try mask()
        case "codec": try codec()
        default: try layer()
        }
    }

    // MARK: Layers

    private func layer() throws -> [String: GoldenArray] {
        let (layers, slots, weights) = try layersOfCase()
        let batch = try files.input("x")
        let results = try (0..<batch.shape[0]).map { item in
            var runner = try machine.runner(layers, [], slots, weights)
            return machine.array(try runner.run(layers, machine.tensor(batch[item], on: runner)))
        }
        return ["y": .stack(results)]
    }

    private func layersOfCase() throws -> ([Layer], Int, WeightDictionary) {
        var builder = LayerBuilder()
        let configuration = golden.configuration
        var weights = files.weights
        let channels = configuration.int("channels") ?? 0
        let stride = configuration.int("stride") ?? 1
        var layers: [Layer]
        switch golden.kind {
        case "layer.snake":
            weights.arrays["snake.alpha"] = weights.arrays["alpha"]
            layers = [.snake(builder.snake("snake", try files.input("x").shape[1]))]
        case "layer.conv", "layer.transposed_conv":
            let shape = weights.shape(of: "conv.weight") ?? weights.shape(of: "conv.weight_v") ?? []
            let padding = configuration.int("padding") ?? 0
            if golden.kind == "layer.conv" {
                layers = [
                    .convolution(
                        builder.convolution(
                            "conv", shape[1], shape[0], kernel: shape[2], stride: stride,
                            dilation: configuration.int("dilation") ?? 1, padding: padding))
                ]
            } else {
                layers = [
                    .transposedConvolution(
                        builder.transposedConvolution(
                            "conv", shape[0], shape[1], kernel: shape[2], stride: stride, padding: padding))
                ]
            }
        case "layer.residual_unit":
            let unit = builder.residualUnit(
                "unit", channels: channels, dilation: configuration.int("dilation") ?? 1)
            layers = [.residualUnit(unit)]
        case "layer.encoder_block":
            layers = builder.encoderBlock(try prefix(".block.4.bias"), channels: channels, stride: stride)
        case "layer.decoder_block":
            layers = builder.decoderBlock(try prefix(".block.1.bias"), channels: channels, stride: stride)
        default: throw CocoaError(.featureUnsupported)
        }
        return (layers, builder.count, weights)
    }

    /// What stands before `suffix` in the shortest weight name that ends in it.
    private func prefix(_ suffix: String) throws -> String {
        let names = files.weights.arrays.keys.filter { $0.hasSuffix(suffix) }.sorted { $0.count < $1.count }
        guard let name = names.first else { throw CocoaError(.coderValueNotFound) }
        return String(name.dropLast(suffix.count))
    }

    // MARK: Quantizer

    private func quantizer() throws -> [String: GoldenArray] {
        var builder = LayerBuilder()
        let shape = Architecture.Quantizer(
            dimensions: golden.configuration.ints("codebook_dims") ?? [],
            entries: golden.configuration.int("codebook_size") ?? 0, lookup: .cosine)
        let quantizer = builder.quantizer(
            shape, latent: golden.configuration.int("latent_dim") ?? 0, prefix: "quantizers")
        let batch = try files.input("z")
        let depths = try files.input("depth")
        var items: [[String: GoldenArray]] = []
        for item in 0..<batch.shape[0] {
            var runner = try machine.runner([], quantizer.stages, builder.count, files.weights)
            let stages = try quantizer.quantize(machine.tensor(batch[item], on: runner), on: &runner)
            let depth = depths[item][0].values.map { Int($0) }
            var outputs = stageOutputs(stages)
            let codes = stages.map(\.codes)
            outputs["z_q"] = try reconstruct(quantizer, codes, depth, &runner)
            outputs["from_codes"] = try reconstruct(
                quantizer, codes, depth.map { _ in quantizer.stages.count }, &runner)
            items.append(outputs)
        }
        var outputs = stacked(items)
        let depth = depths.values.map { Int($0) }
        outputs["commitment_loss"] = loss(outputs["commitment"]!, depth: depth)
        outputs["codebook_loss"] = outputs["commitment_loss"]
        return outputs
    }

    private func reconstruct(
        _ quantizer: ResidualQuantizer, _ codes: [Machine.Runner.Codes], _ depth: [Int],
        _ runner: inout Machine.Runner
    ) throws -> GoldenArray {
        machine.array(try quantizer.reconstruct(codes, depth: machine.depth(depth), on: &runner)!)
    }

    /// Per-stage outputs of one item: codes, latents, contributions, squared errors.
    private func stageOutputs(_ stages: [QuantizedStage<Machine.Runner>]) -> [String: GoldenArray] {
        let projected = stages.map { machine.array($0.projected) }
        let entries = stages.map { machine.array($0.entries) }
        let errors = zip(projected, entries).map { e, q -> GoldenArray in
            let (dimensions, rows) = (e.shape[0], e.shape[1])
            let squares = zip(e.values, q.values).map { ($0 - $1) * ($0 - $1) }
            return GoldenArray(
                [rows],
                (0..<rows).map { row in
                    (0..<dimensions).reduce(0) { $0 + squares[$1 * rows + row] } / Double(dimensions)
                })
        }
        let rows = projected[0].shape[1]
        let codes = stages.map { GoldenArray([rows], machine.codes($0.codes).map { Double($0) }) }
        let latents = GoldenArray([projected.map { $0.shape[0] }.reduce(0, +), rows], projected.flatMap(\.values))
        return [
            "codes": .stack(codes), "latents": latents,
            "contributions": .stack(stages.map { machine.array($0.contribution) }),
            "commitment": .stack(errors), "codebook": .stack(errors),
        ]
    }

    /// Mean over items and frames of the errors of the stages in use. `errors` is [B, stages, T].
    private func loss(_ errors: GoldenArray, depth: [Int]) -> GoldenArray {
        let (stages, rows) = (errors.shape[1], errors.shape[2])
        var sum = 0.0
        for (index, value) in errors.values.enumerated() {
            let (item, stage, row) = (index / (stages * rows), index / rows % stages, index % rows)
            if stage < depth[item * rows + row] { sum += value }
        }
        return GoldenArray([], [sum / Double(errors.shape[0] * rows)])
    }

    private func stacked(_ items: [[String: GoldenArray]]) -> [String: GoldenArray] {
        var result: [String: GoldenArray] = [:]
        for name in items[0].keys { result[name] = .stack(items.map { $0[name]! }) }
        return result
    }

    private func lookup() throws -> [String: GoldenArray] {
        var builder = LayerBuilder()
        let shape = files.weights.shape(of: "codebook.weight") ?? []
        // A stage around the codebook, of which only the codebook is used: projections are identities.
        var stage = builder.quantizer(
            .init(dimensions: [shape[1]], entries: shape[0], lookup: .cosine), latent: shape[1]
        ).stages[0]
        stage.codebook.name = "codebook"
        var weights = files.weights
        for name in [stage.project.name, stage.expand.name] {
            weights.arrays["\(name).weight"] = (
                [shape[1], shape[1], 1], (0..<shape[1] * shape[1]).map { $0 % (shape[1] + 1) == 0 ? 1 : 0 }
            )
            weights.arrays["\(name).bias"] = ([shape[1]], Array(repeating: 0, count: shape[1]))
        }
        let batch = try files.input("z_e")
        let items: [[String: GoldenArray]] = try (0..<batch.shape[0]).map { item in
            var runner = try machine.runner([], [stage], builder.count, weights)
            let projected = machine.tensor(batch[item], on: runner)
            let codes = machine.codes(try runner.nearest(projected, stage.codebook)).map { Double($0) }
            return [
                "codes": GoldenArray([codes.count], codes),
                "distances": try machine.distances(projected, stage.codebook, on: runner),
            ]
        }
        return stacked(items)
    }

    // MARK: Importance

    private func importance() throws -> [String: GoldenArray] {
        var builder = LayerBuilder()
        let layers = builder.importance(
            importanceShape(golden.configuration), features: golden.configuration.int("feature_dim") ?? 0,
            prefix: "imp_subnet")
        let batch = try files.input("feature")
        let items: [[String: GoldenArray]] = try (0..<batch.shape[0]).map { item in
            var runner = try machine.runner(layers, [], builder.count, files.weights)
            let logits = try runner.run(layers, machine.tensor(batch[item], on: runner))
            return ["logits": machine.array(logits), "p": machine.array(try runner.sigmoid(logits))]
        }
        return stacked(items)
    }

    private func importanceShape(_ configuration: Configuration) -> Architecture.Importance {
        let channels = configuration.ints("channels") ?? configuration.ints("importance_channels") ?? []
        let form = configuration.text("form") ?? configuration.text("importance") ?? ""
        var shape: Architecture.Importance =
            form == "paper" ? .paper(channels: channels) : .released(channels: channels)
        if let kernels = configuration.ints("kernels") { shape.kernels = kernels }
        return shape
    }

    private func mask() throws -> [String: GoldenArray] {
        let stages = golden.configuration.int("stages") ?? 0
        let importance = try files.input("p").values.map { Float($0) }
        let scales = try files.input("scales").values.map { Float($0) }
        func depths(_ form: ImportanceMap.Form) -> GoldenArray {
            .stack(
                scales.map { scale in
                    GoldenArray(
                        [importance.count],
                        importance.map {
                            Double(ImportanceMap.depth(importance: $0, scale: scale, stages: stages, form: form))
                        })
                })
        }
        let depth = depths(.paper)
        var outputs = ["depth": depth, "depth_float32": depth, "depth_released": depths(.released)]
        if let bits = golden.configuration.int("bits"), let rate = golden.configuration.double("frames_per_second") {
            let kbps = scales.indices.map { index in
                let used = depth[index].values.reduce(0, +)
                let total = ImportanceMap.paperBits(
                    usedCodes: Int(used), frames: importance.count, stages: stages, bitsPerCode: bits)
                return total / Double(importance.count) * rate / 1000
            }
            outputs["kbps"] = GoldenArray([scales.count], kbps)
        }
        return outputs
    }

    // MARK: Codec

    private func codec() throws -> [String: GoldenArray] {
        let configuration = try codecConfiguration()
        let network = Network(architecture(configuration))
        let batch = try files.input("audio")
        var items: [[String: GoldenArray]] = []
        for item in 0..<batch.shape[0] { items.append(try codecItem(network, batch[item][0], item)) }
        var outputs = stacked(items)
        if let audio = outputs["cbr_audio"] { outputs["cbr_audio"] = exchanged(audio) }
        for scale in scalesOfCase() {
            let depth = outputs["vbr_\(scale).depth"]!.values.map { Int($0) }
            outputs["vbr_\(scale).commitment_loss"] = loss(outputs["commitment"]!, depth: depth)
            outputs["vbr_\(scale).codebook_loss"] = outputs["vbr_\(scale).commitment_loss"]
            let bits = ImportanceMap.paperBits(
                usedCodes: depth.reduce(0, +), frames: depth.count, stages: network.quantizer.stages.count,
                bitsPerCode: network.architecture.bitsPerCode)
            let rate = Double(network.architecture.sampleRate) / Double(network.architecture.hop)
            outputs["vbr_\(scale).kbps"] = GoldenArray([], [bits / Double(depth.count) * rate / 1000])
        }
        if let p = outputs["p"] {
            outputs["rate_loss"] = GoldenArray([], [p.values.reduce(0, +) / Double(p.values.count)])
        }
        return outputs
    }

    private func codecConfiguration() throws -> Configuration {
        guard let name = golden.configuration.text("of") else { return golden.configuration }
        guard let parent = GoldenFolder.cases.first(where: { $0.name == name }) else {
            throw CocoaError(.coderValueNotFound)
        }
        return parent.configuration
    }

    private func architecture(_ configuration: Configuration) -> Architecture {
        let stages = configuration.int("n_codebooks") ?? 0
        return Architecture(
            sampleRate: configuration.int("sample_rate") ?? 0,
            encoder: .pyramid(
                width: configuration.int("encoder_dim") ?? 0, strides: configuration.ints("encoder_rates") ?? []),
            decoder: .pyramid(
                width: configuration.int("decoder_dim") ?? 0, strides: configuration.ints("decoder_rates") ?? []),
            latent: configuration.int("latent_dim") ?? 0,
            quantizer: .init(
                dimensions: configuration.ints("codebook_dim")
                    ?? Array(repeating: configuration.int("codebook_dim") ?? 0, count: stages),
                entries: configuration.int("codebook_size") ?? 0, lookup: .cosine),
            importance: configuration.text("importance") == nil ? nil : importanceShape(configuration))
    }

    private func scalesOfCase() -> [String] {
        golden.outputs.compactMap { output in
            guard output.name.hasPrefix("vbr_"), output.name.hasSuffix(".depth") else { return nil }
            return String(output.name.dropFirst(4).dropLast(6))
        }
    }

    private func codecItem(_ network: Network, _ audio: GoldenArray, _ item: Int) throws -> [String: GoldenArray] {
        let length = audio.values.count
        let frames = network.architecture.frames(ofSamples: length)
        let padding = [Double](repeating: 0, count: frames * network.architecture.hop - length)
        let padded = GoldenArray([1, length + padding.count], audio.values + padding)
        var runner = try machine.runner(
            network.featureLayers + network.latentLayers + (network.importanceLayers ?? []),
            network.quantizer.stages, network.slots, files.weights)
        let (feature, latent) = try network.encode(machine.tensor(padded, on: runner), on: &runner)
        let p = try network.importance(feature, on: &runner).map { machine.array($0) }
        let stages = try network.quantizer.quantize(latent, on: &runner)
        var outputs = stageOutputs(stages)
        outputs["z"] = machine.array(latent)
        outputs["feature"] = machine.array(feature)
        outputs["p"] = p

        // Audio is decoded from the expected codes, so that a near tie does not spoil it.
        let expected = files.expected["codes"]![item]
        let codes = (0..<expected.shape[0]).map { expected[$0].values.map { Int($0) } }
        func decoded(_ depth: [Int]) throws -> GoldenArray {
            try decode(network, codes, depth: depth, length: length)
        }
        let all = codes.count
        if golden.outputs.contains(where: { $0.name == "audio" }) {
            outputs["audio"] = try decoded(Array(repeating: all, count: frames))
        }
        if golden.outputs.contains(where: { $0.name == "cbr_audio" }) {
            outputs["cbr_audio"] = .stack(
                try (1...all).map { try decoded(Array(repeating: $0, count: frames)) })
        }
        for scale in scalesOfCase() {
            let depth = p!.values.map {
                ImportanceMap.depth(importance: Float($0), scale: Float(scale)!, stages: all)
            }
            outputs["vbr_\(scale).depth"] = GoldenArray([frames], depth.map { Double($0) })
            outputs["vbr_\(scale).audio"] = try decoded(depth)
        }
        return outputs
    }

    private func decode(_ network: Network, _ codes: [[Int]], depth: [Int], length: Int) throws -> GoldenArray {
        var runner = try machine.runner(
            network.decoderLayers, network.quantizer.stages, network.slots, files.weights)
        let latent = try network.quantizer.reconstruct(
            codes.map { machine.codes(from: $0) }, depth: machine.depth(depth), on: &runner)!
        let audio = machine.array(try network.decode(machine.whole(latent, on: runner), on: &runner))
        let kept = min(length, audio.values.count)
        return GoldenArray([1, kept], Array(audio.values[..<kept]))
    }

    /// [B, N, 1, L] to [N, B, 1, L].
    private func exchanged(_ array: GoldenArray) -> GoldenArray {
        .stack((0..<array.shape[1]).map { n in .stack((0..<array.shape[0]).map { array[$0][n] }) })
    }
}
