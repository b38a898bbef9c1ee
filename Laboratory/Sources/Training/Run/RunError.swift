import Torch
import VRVQ
import VRVQAudio

/// Why a run cannot start or go on: one line that says what to do, and what kind of trouble it is.
package struct RunError: Error, CustomStringConvertible, Sendable {
    /// Kinds that a program tells apart, as exit statuses (after sysexits.h).
    package enum Kind: Int32, Sendable {
        /// Options or a configuration that make no sense.
        case usage = 64
        /// Stored data that is broken or of another configuration.
        case damaged = 65
        /// Audio, a configuration or a run that cannot be read.
        case unreadable = 66
        /// PyTorch, or the device that was asked for, is missing.
        case torch = 69
        /// Anything else, such as a loss that is no longer a number.
        case `internal` = 70
        /// A file cannot be created or written.
        case output = 73
    }

    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// What an error of any room means for a run.
    package init(_ error: any Error) {
        switch error {
        case let error as RunError: self = error
        case let error as ConfigurationError: self.init(.usage, error.description)
        case let error as DataError: self.init(.unreadable, error.description)
        case let error as AudioError: self.init(Self.kind(of: error), error.message)
        case let error as VRVQError: self.init(Self.kind(of: error), error.description)
        case let error as TorchError where error.isOutOfMemory:
            self.init(.internal, "out of memory: \(error); take a smaller batch or shorter excerpts")
        case let error as TorchError: self.init(Torch.isAvailable ? .internal : .torch, error.description)
        default: self.init(.internal, "\(error)")
        }
    }

    private static func kind(of error: AudioError) -> Kind {
        switch error.code {
        case .writeFailed, .closedPipe, .alreadyExists: .output
        default: .unreadable
        }
    }

    private static func kind(of error: VRVQError) -> Kind {
        error.code == .badSetting ? .usage : .damaged
    }
}
