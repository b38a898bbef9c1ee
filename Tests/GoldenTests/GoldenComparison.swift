import TestSupport
import Testing

/// Holds computed outputs to the expected ones by the rules of the index.
struct GoldenComparison {
    let golden: GoldenCase
    let files: GoldenFiles
    let isDouble: Bool

    func check(_ computed: [String: GoldenArray]) {
        for output in golden.outputs where output.rule != "informative" {
            guard let got = computed[output.name], let expected = files.expected[output.name] else {
                Issue.record("\(golden.name): \(output.name) was not computed or is not in the file")
                continue
            }
            guard got.shape == expected.shape else {
                Issue.record("\(golden.name): \(output.name) has shape \(got.shape), expected \(expected.shape)")
                continue
            }
            check(output, got, expected)
        }
    }

    private func check(_ output: GoldenCase.Output, _ got: GoldenArray, _ expected: GoldenArray) {
        switch output.rule {
        case "absolute": absolute(output, got, expected, mask: nil)
        case "exact": exact(output.name, got, expected)
        case "codes": codes(output.name, got, expected)
        case _ where output.rule.hasPrefix("member:"):
            member(output.name, got, String(output.rule.dropFirst("member:".count)))
        case _ where output.rule.hasPrefix("masked:"):
            absolute(output, got, expected, mask: files.inputs[String(output.rule.dropFirst("masked:".count))])
        default: Issue.record("\(golden.name): unknown rule \(output.rule)")
        }
    }

    private func absolute(
        _ output: GoldenCase.Output, _ got: GoldenArray, _ expected: GoldenArray, mask: GoldenArray?
    ) {
        let tolerance = isDouble ? output.tolerance64 : output.tolerance32
        var worst = 0.0
        for index in got.values.indices where mask.map({ $0.values[index] == 1 }) ?? true {
            let difference = abs(got.values[index] - expected.values[index])
            // A NaN compares as false with everything; it must not pass for a small difference.
            if !(difference <= worst) { worst = difference }
        }
        #expect(worst <= tolerance, "\(golden.name): \(output.name) is off by \(worst), allowed are \(tolerance)")
    }

    private func exact(_ name: String, _ got: GoldenArray, _ expected: GoldenArray) {
        let wrong = zip(got.values, expected.values).count { $0 != $1 }
        #expect(wrong == 0, "\(golden.name): \(wrong) of \(got.values.count) values of \(name) differ")
    }

    /// A differing code passes only as the runner-up of a near tie; deeper stages of that frame then do not count.
    private func codes(_ name: String, _ got: GoldenArray, _ expected: GoldenArray) {
        guard let runnerUp = files.expected["codes.runner_up"], let gap = files.expected["codes.gap"] else {
            return exact(name, got, expected)
        }
        let margin = isDouble ? GoldenFolder.codeMargin.double : GoldenFolder.codeMargin.float
        let (stages, rows) = (got.shape[1], got.shape[2])
        for item in 0..<got.shape[0] {
            for row in 0..<rows {
                for stage in 0..<stages {
                    let index = (item * stages + stage) * rows + row
                    if got.values[index] == expected.values[index] { continue }
                    let isTie = got.values[index] == runnerUp.values[index] && gap.values[index] < margin
                    #expect(isTie, "\(golden.name): code of item \(item), stage \(stage), frame \(row) differs")
                    break
                }
            }
        }
    }

    private func member(_ name: String, _ got: GoldenArray, _ table: String) {
        guard let allowed = files.expected[table] else {
            Issue.record("\(golden.name): no table \(table)")
            return
        }
        let width = allowed.shape.last ?? 1
        for (index, value) in got.values.enumerated() {
            let isAllowed = allowed.values[index * width + Int(value)] == 1
            #expect(isAllowed, "\(golden.name): \(name)[\(index)] = \(Int(value)) is not among the allowed")
        }
    }
}
