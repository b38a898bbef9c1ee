import Testing
import VRVQNetwork

@testable import Training

@Suite("Roles of items") struct ItemRoleTests {
    @Test func everyPositionMeetsEveryRole() throws {
        let configuration = try TrainingConfiguration(
            preset: "micro",
            settings: ["batch=6", "quantizer.full_share=0.16666667", "quantizer.dropout_share=0.34"])
        var seen: [Set<Int>] = Array(repeating: [], count: 6)
        for step in 0..<60 {
            let items = ItemRoles.items(configuration, step: step)
            let byImportance = items.count { $0.isByImportance }
            #expect(byImportance == 3)
            for (position, item) in items.enumerated() {
                switch item {
                case .importance(let scale):
                    #expect((1...48).contains(scale))
                    seen[position].insert(0)
                case .stages(let depth):
                    #expect((1...8).contains(depth))
                    seen[position].insert(depth == 8 ? 2 : 1)
                }
            }
        }
        #expect(seen.allSatisfy { $0 == [0, 1, 2] }, "\(seen)")
    }

    @Test func drawsDependOnSeedStepAndItemAlone() throws {
        var configuration = try TrainingConfiguration(preset: "micro")
        let items = ItemRoles.items(configuration, step: 7)
        #expect(items == ItemRoles.items(configuration, step: 7))
        #expect(items != ItemRoles.items(configuration, step: 8))
        configuration.seed = 1
        #expect(items != ItemRoles.items(configuration, step: 7))
    }

    @Test func constantRateHasNoItemByImportance() throws {
        let configuration = try TrainingConfiguration(preset: "cbr")
        let items = ItemRoles.items(configuration, step: 3)
        let hasOne = items.contains { $0.isByImportance }
        #expect(!hasOne)
        let whole = items.count { $0 == .stages(8) }
        #expect(whole >= configuration.batch / 2)
    }
}
