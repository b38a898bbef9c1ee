/// What a run needs to go on elsewhere: configuration, journals and the last checkpoint, below `runs/NAME`.
struct PackedRun {
    /// The last part of the path.
    let name: String
    private let folder: RunFolder
    private let files: [String]

    /// What is to be named on the other machine.
    var place: String { "runs/\(name)" }

    init(_ path: String) throws(RunError) {
        let folder = RunFolder(path)
        guard Files.exists(folder.configuration) else {
            throw RunError(.unreadable, "\(path): no run (it has no configuration.yaml)")
        }
        guard let step = folder.steps.last else { throw RunError(.unreadable, "\(path): has no checkpoint yet") }
        guard let name = folder.path.split(separator: "/").last, name != ".", name != ".." else {
            throw RunError(.usage, "\(path): name the run's folder itself")
        }
        let checkpoint = folder.checkpoint(step)
        let journals = [folder.journal, folder.validation].filter { Files.exists($0) }
        files = [folder.configuration] + journals + Files.names(in: checkpoint).map { "\(checkpoint)/\($0)" }
        self.folder = folder
        self.name = String(name)
    }

    /// Adds all to an archive.
    func add(to archive: inout TapeArchive) throws(RunError) {
        for file in files { try archive.add(file, as: place + file.dropFirst(folder.path.count)) }
    }
}
