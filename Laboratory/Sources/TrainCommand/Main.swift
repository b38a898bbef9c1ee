import ArgumentParser

/// The program `vrvq-train`.
@main struct Program: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vrvq-train", abstract: "Train models for vrvq.")
}
