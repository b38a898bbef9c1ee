import Foundation
import Testing

@testable import Training

@Suite("Parts of a bundle") struct ArchiveTests {
    /// What `tar` takes out of the joined parts is what went in, and `cksum` agrees with the list.
    @Test(arguments: seeds(3)) func tarReadsJoinedParts(seed: UInt64) throws {
        let folder = try AudioFolder()
        var random = Splitmix(seed: seed)
        let limit = 1 << 16
        var archive = TapeArchive(try PartWriter(folder: folder["parts"], limit: limit))
        var contents: [String: [UInt8]] = [:]
        let sizes = [0, 1, 511, 512, 513, limit - 512, limit, 3 * limit + 7, Int(random.next() % 200_000)]
        let long = String(repeating: "deep/", count: 40) + "Grüße, \"quoted\".wav"
        for (index, size) in sizes.enumerated() {
            let bytes = (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let name = index == 3 ? long : index == 4 ? String(repeating: "n", count: 100) : "a/\(index) ü.flac"
            contents[name] = bytes
            if index % 2 == 0 {
                try archive.add(bytes, as: name)
            } else {
                try Data(bytes).write(to: URL(fileURLWithPath: folder["file"]))
                try archive.add(folder["file"], as: name)
            }
        }
        try archive.finish()

        let list = try shell("for part in part-*; do echo \"$(cksum <$part) $part\"; done", in: folder["parts"])
        #expect(try String(contentsOfFile: folder["parts/list"], encoding: .utf8) == list, "seed \(seed)")
        let parts = list.split(separator: "\n").compactMap { Int($0.split(separator: " ")[1]) }
        #expect(parts.dropLast().allSatisfy { $0 == limit } && parts.last! <= limit, "seed \(seed)")
        #expect(parts.count == archive.parts.parts && parts.reduce(0, +) == archive.parts.total)
        _ = try shell("cat parts/part-* | tar -xf -", in: folder.path)
        for (name, bytes) in contents {
            let isEqual = FileManager.default.contents(atPath: folder[name]).map { [UInt8]($0) } == bytes
            #expect(isEqual, "\(name), seed \(seed)")
        }
    }

    @Test func wrongFilesAreNamed() throws {
        let folder = try AudioFolder()
        var archive = TapeArchive(try PartWriter(folder: folder["parts"], limit: 1 << 16))
        for path in [folder["none"], folder.path, "/dev/zero"] {
            let error = #expect(throws: RunError.self) { try archive.add(path, as: "x") }
            #expect(error?.kind == .unreadable && error?.description.contains(path) == true)
        }
    }

    @Test(
        arguments: [
            ("15M", 15 << 20), ("64k", 1 << 16), ("1G", 1 << 30), ("100000", 100_000), ("2G", nil), ("1", nil),
            ("M", nil), ("", nil), ("-5M", nil), ("9999999999999999999G", nil), ("1.5M", nil),
        ] as [(String, Int?)])
    func sizes(text: String, bytes: Int?) {
        #expect(TrainingBundle.bytes(text) == bytes)
    }

    /// A list whose files lie in several folders, in two groups, one of them twice: unpacked, it gives the same groups with
    /// the same contents in the same order.
    @Test func packedListGivesTheSameGroups() throws {
        let folder = try AudioFolder()
        for name in ["x/deep", "y"] { _ = try folder.folder("audio/\(name)") }
        for name in ["audio/x/deep/1.wav", "audio/y/1.wav", "audio/y/a, \"b\".wav"] {
            try folder.file(name, "is \(name)")
        }
        _ = try folder.folder("lists")
        let list = try folder.file(
            "lists/both.csv",
            """
            group,path,else
            two,../audio/y/1.wav,
            one,\(folder["audio/x/./deep/1.wav"]),
            two,"../audio/y/a, ""b"".wav",
            two,../audio/y/1.wav,

            """)
        let source = try PackedSource(list)
        #expect(source.place == "data/both.csv" && source.name == "both")
        #expect(source.files.map(\.name) == ["both/y/1.wav", "both/y/a, \"b\".wav", "both/x/deep/1.wav"])
        var archive = TapeArchive(try PartWriter(folder: folder["parts"], limit: 1 << 20))
        try source.add(to: &archive)
        try archive.finish()
        _ = try shell("cat parts/part-* | tar -xf -", in: folder.path)
        let before = try AudioGroup.read([DataSource(path: list)])
        let after = try AudioGroup.read([DataSource(path: folder["data/both.csv"])])
        func contents(_ groups: [AudioGroup]) throws -> [[String]] {
            try groups.map { try $0.files.map { try String(contentsOfFile: $0, encoding: .utf8) } }
        }
        #expect(before.map(\.name) == after.map(\.name) && after.map(\.name) == ["two", "one"])
        #expect(try contents(before) == contents(after))
    }

    @Test func packedFolderKeepsItsNames() throws {
        let folder = try AudioFolder()
        _ = try folder.folder("speech/b")
        for name in ["speech/b/1.flac", "speech/2.wav", "speech/notes.txt"] { try folder.file(name, name) }
        let source = try PackedSource(folder["speech/./"])
        #expect(source.place == "data/speech" && source.list == nil)
        #expect(source.files.map(\.name).sorted() == ["speech/2.wav", "speech/b/1.flac"])
    }

    @Test func twoOfOneNameAreRefused() throws {
        let folder = try AudioFolder()
        for name in ["a/speech", "b/speech"] {
            _ = try folder.folder(name)
            try folder.file("\(name)/1.wav", "")
        }
        var bundle = TrainingBundle()
        bundle.data = [folder["a/speech"], folder["b/speech"]]
        let error = #expect(throws: RunError.self) { try bundle.write(to: folder["bundle"]) }
        #expect(error?.kind == .usage && error?.description.contains("speech") == true)
    }
}
