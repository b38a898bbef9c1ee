import Testing

@testable import Training

@Suite struct RoundTripTests {
    @Test func everyPresetReadsBackFromWhatItWrites() throws {
        for name in TrainingPresets.names {
            let configuration = try TrainingConfiguration(preset: name)
            #expect(try TrainingConfiguration(text: configuration.yaml, source: "yaml") == configuration, "\(name)")
            #expect(try TrainingConfiguration(text: configuration.json, source: "json") == configuration, "\(name)")
        }
    }

    /// Written values must win over every default, preset or earlier layer.
    @Test func whatIsWrittenDecidesWhateverItIsLaidOver() throws {
        for below in TrainingPresets.names {
            for above in ["small", "cbr", "a2_lufs", "n16"] {
                var layered = try TrainingConfiguration(preset: below)
                let wanted = try TrainingConfiguration(preset: above)
                let tree = try SettingTree(yaml: wanted.yaml, source: "yaml")
                try SettingReader.read(tree, into: &layered, path: "")
                #expect(layered == wanted, "\(above) over \(below)")
            }
        }
    }

    @Test(arguments: seeds(4)) func randomConfigurationsReadBack(seed: UInt64) throws {
        var walker = RandomSettings(generator: Splitmix(seed: seed), share: 0.25)
        var done = 0
        for round in 0..<150 {
            var configuration = TrainingConfiguration()
            do { try configuration.walk(&walker) } catch { continue }
            done += 1
            for text in [configuration.yaml, configuration.json] {
                var back = TrainingConfiguration()
                let tree = try SettingTree(yaml: text, source: "seed \(seed), round \(round)")
                try SettingReader.read(tree, into: &back, path: "")
                let isEqual = back == configuration
                #expect(isEqual, "seed \(seed), round \(round): \(Self.difference(back.yaml, configuration.yaml))")
            }
        }
        #expect(done >= 15, "too few random configurations were possible: \(done)")
    }

    /// The first lines that differ.
    private static func difference(_ a: String, _ b: String) -> String {
        let pairs = zip(a.split(separator: "\n"), b.split(separator: "\n"))
        return pairs.first { $0 != $1 }.map { "\($0) <> \($1)" } ?? "equal texts"
    }

    @Test func equalConfigurationsGiveEqualBytes() throws {
        var one = TrainingConfiguration(), two = TrainingConfiguration()
        for name in ["b", "a", "c", "e", "d"] { one.data.groups[name] = [name] }
        for name in ["d", "e", "c", "a", "b"] { two.data.groups[name] = [name] }
        #expect(one.yaml == two.yaml)
        #expect(one.json == two.json)
        #expect(one.json.contains(#""groups": {"a": ["a"], "b": ["b"]"#))
    }

    @Test func infinityIsANumberInYAMLAndTextInJSON() throws {
        let configuration = try TrainingConfiguration(preset: "alpha-inf")
        #expect(configuration.importance.alpha == .infinity)
        #expect(configuration.yaml.contains("\n  alpha: .inf\n"))
        #expect(configuration.json.contains(#""alpha": ".inf""#))
    }
}
