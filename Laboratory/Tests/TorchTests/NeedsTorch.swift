import Foundation
import Testing
import Torch

extension Trait where Self == ConditionTrait {
    /// Skips where there is no plugin. With `VRVQ_REQUIRE_TORCH` set nothing is skipped, and a missing plugin fails.
    static var needsTorch: Self {
        let isRequired = ProcessInfo.processInfo.environment["VRVQ_REQUIRE_TORCH"] != nil
        return .enabled(if: isRequired || Torch.isAvailable, "\(Torch.unavailableReason?.description ?? "")")
    }
}

/// Largest absolute difference; infinite where lengths differ, NaN where a value is.
func distance(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { worst, pair in
        let difference = abs(pair.0 - pair.1)
        return difference <= worst ? worst : difference
    }
}
