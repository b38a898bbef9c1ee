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
