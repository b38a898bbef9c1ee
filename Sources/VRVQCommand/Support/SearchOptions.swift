import ArgumentParser
import VRVQ

/// Which frames get how many codebooks.
enum AllocationChoice: String, ExpressibleByArgument, CaseIterable {
    case importance
    case rd

    var allocator: any DepthAllocator {
        switch self {
        case .importance: ImportanceAllocator()
        case .rd: DistortionAllocator()
        }
    }
}

/// How the encoder spends bits; no decoder needs to know.
struct SearchOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "Which frames get more codebooks: importance (the model's map), or rd (by measured distortion).")
    var allocation = AllocationChoice.importance

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp(
            "Paths of codes to search, 1 to 16: more find better codes for the same bits, slower.", valueName: "paths"))
    var search = 1

    /// How the quantizer is to search.
    func quantizerSearch() throws -> QuantizerSearch {
        guard (1...QuantizerSearch.maximumPaths).contains(search) else {
            throw Failure.usage("--search must be 1 to \(QuantizerSearch.maximumPaths), not \(search)")
        }
        return QuantizerSearch(paths: search, measuresErrors: allocation.allocator.needsErrors)
    }

    /// What the whole recording is to become where the allocation needs to know that: as many codes as a scale asks for,
    /// unless there is a target.
    func target(_ target: RateTarget?, _ rate: Codec.Rate?, _ codec: Codec) throws -> RateTarget? {
        guard allocation == .rd else { return target }
        if case .codebooks? = rate {
            throw Failure.usage("--codebooks gives every frame the same: --allocation rd has nothing to choose")
        }
        if let target { return target }
        guard case .scale(let scale) = rate ?? codec.usualRate else {
            throw Failure.usage(
                "the model \(codec.model.name) has no importance map: --allocation rd needs --bitrate, --size or "
                    + "--max-bitrate")
        }
        return RateTarget(target: .rate(.scale(scale)))
    }
}
