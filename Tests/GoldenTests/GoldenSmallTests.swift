import Foundation
import TestSupport
import Testing
import VRVQ
import VRVQNetwork

private let engineTolerance = 1e-5

/// The shipped model against a double-precision run of it that another implementation made: 0.6 s of speech, the
/// value after every block, codes, depths, both decodes (Scripts/small-check.py made the file).
@Suite struct GoldenSmallTests {
    /// What is stored was rounded to float32, which moves a value by at most 2^-24 of itself; twice that, of the
    /// part's greatest value, leaves room for another order of summing in double precision.
    @Test func reference() throws {
        try SmallCheck.shared.check(ReferenceMachine(), tolerance: 0x1p-23, label: "reference")
    }

    /// Measured on x86-64, as the greatest error over the part's greatest value: encoder blocks 4.2e-7, latent 7.1e-7,
    /// importance 1.1e-6, decoder blocks 7.6e-7, samples 1.5e-6 (scalar, AVX2 and AVX-512 alike); seven times that is
    /// allowed. All codes were equal.
    @Test(arguments: InstructionSet.available) func engine(_ instructionSet: InstructionSet) throws {
        try SmallCheck.shared.check(
            CPUMachine(instructionSet: instructionSet), tolerance: engineTolerance, label: instructionSet.rawValue)
    }

    /// The codec over the same samples, streaming: the codes and samples of the engine in one block.
    @Test(arguments: InstructionSet.available) func codec(_ instructionSet: InstructionSet) throws {
        let check = try SmallCheck.shared
        let codec = try Codec(model: check.model, instructionSet: instructionSet)
        let analysis = try codec.analyse(check.part("samples").values.map { Float($0) })
        let codes = (0..<check.stages).map { stage in
            (0..<analysis.frames).map { Int(analysis.codes[$0 * check.stages + stage]) }
        }
        check.compare(codes: codes, label: instructionSet.rawValue)
        #expect(try codec.depths(analysis, rate: .scale(8)).map { Double($0) } == check.part("depth").values)
        let audio = try codec.synthesise(check.grid).map { Double($0) }
        check.compare("decoded_scale", audio, tolerance: engineTolerance, label: instructionSet.rawValue)
    }
}

/// The stored run, and what the scalar reference adds to it: how near every code's rival was.
private struct SmallCheck {
    /// A rival whose squared distance is greater by less than this share may win in float32, whose errors are a
    /// hundredth of it (see the measured errors of the latent). The nearest rival of these 408 codes is 6.2e-4 away,
    /// the next 1.4e-3, so at present no code may differ.
    static let nearTie = 1e-4
    static var shared: SmallCheck { get throws { try result.get() } }
    private static let result = Result { try SmallCheck() }

    struct Rival {
        let code: Int
        let gap: Double
    }

    let model: Model
    let weights: WeightDictionary
    private let parts: [String: GoldenArray]
    /// By stage and frame.
    private var rivals: [[Rival]] = []

    var stages: Int { model.architecture.quantizer.stages }

    private init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let file = try Data(contentsOf: folder.appending(path: "../../Sources/CVRVQModel/small.safetensors"))
        model = try Model([UInt8](file))
        var weights = WeightDictionary()
        for parameter in model.network.parameters {
            weights.arrays[parameter.name] = (parameter.shape, try model.weights.values(of: parameter.name))
        }
        self.weights = weights
        parts = try readTensorFile(folder.appending(path: "../Golden/small-check/small-check.safetensors"))
        rivals = try measureRivals()
    }

    func part(_ name: String) throws -> GoldenArray { try #require(parts[name], "\(name) is not in the file") }

    /// The codes in use of the stored run.
    var grid: CodeGrid {
        get throws {
            let (codes, depth) = (try part("codes"), try part("depth").values)
            var grid = CodeGrid(stages: stages, entries: model.architecture.quantizer.entries)
            for frame in depth.indices {
                grid.append(
                    depth: Int(depth[frame]), codes: (0..<stages).map { UInt16(codes[$0].values[frame]) })
            }
            grid.sampleCount = grid.frames * model.architecture.hop
            return grid
        }
    }

    /// The second nearest entry of every frame and stage of the stored latent, on the path of the stored codes.
    private func measureRivals() throws -> [[Rival]] {
        let machine = ReferenceMachine()
        var runner = Reference(weights)
        var residual = machine.tensor(try part("latent"), on: runner)
        let codes = try part("codes")
        return try model.network.quantizer.stages.enumerated().map { index, stage in
            let projected = try runner.convolution(residual, stage.project)
            let distances = try runner.distances(projected, stage.codebook)
            let chosen = codes[index].values.map { Int($0) }
            let entries = try runner.entries(chosen, stage.codebook, projected: nil)
            residual = runner.difference(residual, try runner.convolution(entries, stage.expand))
            return chosen.indices.map { row in
                rival(Array(distances.values[row * distances.channels..<(row + 1) * distances.channels]), chosen[row])
            }
        }
    }

    private func rival(_ distances: [Double], _ winner: Int) -> Rival {
        var best = winner == 0 ? 1 : 0
        for index in distances.indices where index != winner && distances[index] < distances[best] { best = index }
        return Rival(code: best, gap: distances[best] / distances[winner] - 1)
    }

    // MARK: Running a machine

    func check<Machine: GoldenMachine>(_ machine: Machine, tolerance: Double, label: String) throws {
        try checkEncoder(machine, tolerance, label)
        let depth = try part("depth").values.map { Int($0) }
        try checkDecoder(machine, depth: depth, "decoded_scale", tolerance, label)
        try checkDecoder(machine, depth: depth.map { _ in stages }, "decoded_all", tolerance, label)
    }

    private func checkEncoder<Machine: GoldenMachine>(
        _ machine: Machine, _ tolerance: Double, _ label: String
    ) throws {
        let network = model.network
        let importanceLayers = try #require(network.importanceLayers)
        var runner = try machine.runner(
            network.featureLayers + network.latentLayers + importanceLayers, network.quantizer.stages, network.slots,
            weights)
        let samples = try part("samples")
        var x = machine.tensor(GoldenArray([1, samples.values.count], samples.values), on: runner)
        for (index, layer) in network.featureLayers.enumerated() {
            x = try runner.run([layer], x)
            compare("encoder.block.\(index)", machine.array(x).values, tolerance: tolerance, label: label)
        }
        let latent = try runner.run(network.latentLayers, x)
        compare("latent", machine.array(latent).values, tolerance: tolerance, label: label)
        let importance = machine.array(try runner.sigmoid(try runner.run(importanceLayers, x))).values
        compare("importance", importance, tolerance: tolerance, label: label)
        let depth = importance.map {
            Double(ImportanceMap.depth(importance: Float($0), scale: 8, stages: stages))
        }
        #expect(try depth == part("depth").values, "\(label): the depths differ")
        let codes = try network.quantizer.quantize(latent, on: &runner).map { machine.codes($0.codes) }
        compare(codes: codes, label: label)
    }

    /// The stored codes under a depth to samples. The values between are stored for the decode at scale 8.
    private func checkDecoder<Machine: GoldenMachine>(
        _ machine: Machine, depth: [Int], _ name: String, _ tolerance: Double, _ label: String
    ) throws {
        let network = model.network
        var runner = try machine.runner(
            network.decoderLayers, network.quantizer.stages, network.slots, weights)
        let stored = try part("codes")
        let codes = (0..<stages).map { machine.codes(from: stored[$0].values.map { Int($0) }) }
        let latent = try network.quantizer.reconstruct(codes, depth: machine.depth(depth), on: &runner)
        var x = machine.whole(try #require(latent), on: runner)
        for (index, layer) in network.decoderLayers.enumerated() {
            x = try runner.run([layer], x)
            guard name == "decoded_scale", parts["decoder.model.\(index)"] != nil else { continue }
            compare("decoder.model.\(index)", machine.array(x).values, tolerance: tolerance, label: label)
        }
        compare(name, machine.array(x).values, tolerance: tolerance, label: label)
    }

    // MARK: Comparing

    /// Holds values to the stored ones, relative to the greatest of those.
    func compare(_ name: String, _ got: [Double], tolerance: Double, label: String) {
        guard let expected = parts[name]?.values, expected.count == got.count else {
            Issue.record("\(label): \(name) has \(got.count) values, stored are \(parts[name]?.values.count ?? 0)")
            return
        }
        let scale = expected.reduce(0) { max($0, abs($1)) }
        var worst = 0.0
        for (a, b) in zip(got, expected) {
            // A NaN compares as false with everything; it must not pass for a small difference.
            if !(abs(a - b) / scale <= worst) { worst = abs(a - b) / scale }
        }
        #expect(worst <= tolerance, "\(label): \(name) is off by \(worst) of its scale, allowed are \(tolerance)")
    }

    /// A differing code passes only as the runner-up of a near tie; deeper stages of that frame then do not count.
    func compare(codes: [[Int]], label: String) {
        guard let expected = parts["codes"], codes.map(\.count) == rivals.map(\.count) else {
            Issue.record("\(label): codes of another shape")
            return
        }
        for frame in codes[0].indices {
            for stage in codes.indices where codes[stage][frame] != Int(expected[stage].values[frame]) {
                let rival = rivals[stage][frame]
                #expect(
                    codes[stage][frame] == rival.code && rival.gap < Self.nearTie,
                    "\(label): code of stage \(stage), frame \(frame) differs; its rival was \(rival.gap) farther")
                break
            }
        }
    }
}
