import ArgumentParser

@main
struct VRVQCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "vrvq")
}
