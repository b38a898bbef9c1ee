import TestSupport
import Testing
import VRVQ
import VRVQNetwork

/// The scalar reference, in double precision, against the published systems.
@Suite struct GoldenReferenceTests {
    @Test(arguments: GoldenFolder.cases(of: GoldenFolder.kinds))
    func agrees(_ golden: GoldenCase) throws {
        let files = try GoldenFiles(golden)
        let outputs = try GoldenEvaluation(machine: ReferenceMachine(), golden: golden, files: files).outputs()
        GoldenComparison(golden: golden, files: files, isDouble: true).check(outputs)
    }
}

/// The engine, with every instruction set that this machine has, against the published systems.
@Suite struct GoldenCPUTests {
    @Test(arguments: InstructionSet.available, GoldenFolder.cases(of: GoldenFolder.kinds))
    func agrees(_ instructionSet: InstructionSet, _ golden: GoldenCase) throws {
        let files = try GoldenFiles(golden)
        let machine = CPUMachine(instructionSet: instructionSet)
        let outputs = try GoldenEvaluation(machine: machine, golden: golden, files: files).outputs()
        GoldenComparison(golden: golden, files: files, isDouble: false).check(outputs)
    }
}

/// Scalar mathematics: surrogates and their slopes, counts and lengths.
@Suite struct GoldenScalarTests {
    @Test(arguments: GoldenFolder.cases(of: ["surrogate"]))
    func surrogate(_ golden: GoldenCase) throws {
        let files = try GoldenFiles(golden)
        let form = try #require(Surrogate(rawValue: golden.configuration.text("form") ?? ""))
        let alphas = try alphas(golden)
        func table(_ input: String, _ body: (Double, Double) -> Double) throws -> GoldenArray {
            let x = try files.input(input)
            return .stack(alphas.map { alpha in GoldenArray(x.shape, x.values.map { body($0, alpha) }) })
        }
        let outputs = [
            "value": try table("x") { form.value($0, sharpness: $1) },
            "slope": try table("x") { form.slope($0, sharpness: $1) },
            "value_extreme": try table("x_extreme") { form.value($0, sharpness: $1) },
            "slope_extreme": try table("x_extreme") { form.slope($0, sharpness: $1) },
        ]
        GoldenComparison(golden: golden, files: files, isDouble: true).check(outputs)
    }

    @Test(arguments: GoldenFolder.cases(of: ["mask.gradient"]))
    func straightThrough(_ golden: GoldenCase) throws {
        let files = try GoldenFiles(golden)
        let form = try #require(Surrogate(rawValue: golden.configuration.text("form") ?? ""))
        let stages = try #require(golden.configuration.int("stages"))
        let (p, scales, upstream) = (try files.input("p"), try files.input("scales"), try files.input("upstream"))
        let rows = p.shape[2]
        var outputs = ["mask": files.expected["mask"]!]
        for index in outputs["mask"]!.values.indices {
            let (item, stage, row) = (index / (stages * rows), index / rows % stages, index % rows)
            let depth = ImportanceMap.depth(
                importance: Float(p[item].values[row]), scale: Float(scales.values[item]), stages: stages)
            outputs["mask"]!.values[index] = stage < depth ? 1 : 0
        }
        for output in golden.outputs where output.name.hasPrefix("gradient.alpha_") {
            let alpha = try #require(Double(output.name.dropFirst("gradient.alpha_".count)))
            var gradient = p
            for index in gradient.values.indices {
                let (item, row) = (index / rows, index % rows)
                let scale = scales.values[item]
                gradient.values[index] = (0..<stages).reduce(0) { sum, stage in
                    let x = scale * p.values[index] - Double(stage)
                    return sum + upstream.values[(item * stages + stage) * rows + row] * scale
                        * form.slope(x, sharpness: alpha)
                }
            }
            outputs[output.name] = gradient
        }
        GoldenComparison(golden: golden, files: files, isDouble: true).check(outputs)
    }

    @Test(arguments: GoldenFolder.cases(of: ["geometry"]))
    func geometry(_ golden: GoldenCase) throws {
        let network = Network(try GoldenGeometry.architecture(golden.configuration))
        GoldenGeometry(network: network, values: golden.values, name: golden.name).check()
    }

    private func alphas(_ golden: GoldenCase) throws -> [Double] {
        let texts = try #require(golden.configuration.object["alphas"] as? [String])
        return try texts.map { try #require(Double($0)) }
    }
}

/// The index itself: nothing in it may go unnoticed.
@Suite struct GoldenIndexTests {
    @Test func everyKindIsKnown() {
        let known = GoldenFolder.kinds.union(GoldenFolder.scalarKinds).union(GoldenFolder.measureKinds)
            .union(GoldenFolder.dataKinds).union(GoldenFolder.pendingKinds)
        #expect(!GoldenFolder.cases.isEmpty, "no index in \(GoldenFolder.path)")
        for golden in GoldenFolder.cases {
            #expect(known.contains(golden.kind), "\(golden.name) is of the unknown kind \(golden.kind)")
        }
    }

    /// Cases that only the laboratory can compute, by name: its own golden tests run them, here they are listed.
    @Test(arguments: GoldenFolder.cases(of: GoldenFolder.pendingKinds))
    func pending(_ golden: GoldenCase) {
        #expect(GoldenFolder.pendingKinds.contains(golden.kind))
    }
}
