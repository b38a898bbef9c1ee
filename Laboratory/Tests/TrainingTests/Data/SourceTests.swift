import Foundation
import Testing

@testable import Training

@Suite struct SourceListTests {
    @Test func quotesEndingsAndOtherColumns() throws {
        let text =
            "\u{FEFF}seconds,group,path\r\n1,speech,a.wav\r\n2,,\"b, \"\"c\"\".wav\"\r\n\r\n3,music,\"two\nlines.wav\""
        let list = try SourceList(text, name: "list.csv")
        #expect(
            list.entries == [
                .init(path: "a.wav", group: "speech"), .init(path: "b, \"c\".wav", group: nil),
                .init(path: "two\nlines.wav", group: "music"),
            ])
    }

    @Test func groupsAreOptional() throws {
        #expect(try SourceList("path\nx.wav\n", name: "list").entries == [.init(path: "x.wav", group: nil)])
    }

    @Test(arguments: [
        ("", "empty"), ("file,group\na,b\n", "no column `path`"), ("path,group\na,b\nc\n", "line 3: 1 fields"),
        ("path,group\n,b\n", "line 2"), ("path\n\"a.wav\n", "line 2: a quote"),
    ])
    func faultsAreNamed(_ text: String, _ words: String) {
        let error = #expect(throws: DataError.self) { try SourceList(text, name: "list.csv") }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.description.hasPrefix("list.csv") == true)
    }
}

@Suite struct AudioGroupTests {
    @Test func foldersAreSearchedInOrderOfNames() throws {
        let folder = try AudioFolder()
        let nested = try folder.folder("music/deep")
        try folder.file("music/b.FLAC", "")
        try folder.file("music/notes.txt", "")
        try folder.file("music/.hidden.wav", "")
        try folder.file("music/a.opus", "")
        try folder.file("music/deep/z.wav", "")
        let groups = try AudioGroup.read([DataSource(path: folder["music/"])])
        #expect(
            groups == [
                AudioGroup(name: "music", files: [folder["music/a.opus"], folder["music/b.FLAC"], "\(nested)/z.wav"])
            ])
    }

    @Test func listsAreRelativeToThemselvesAndJoined() throws {
        let folder = try AudioFolder()
        try folder.file("train.csv", "path,group\nx/1.wav,speech\n/abs/2.wav,music\nx/3.wav,speech\n4.wav,\n")
        _ = try folder.folder("more")
        try folder.file("more/5.wav", "")
        let groups = try AudioGroup.read([
            DataSource(path: folder["train.csv"]), DataSource(path: folder["more"], group: "music"),
        ])
        #expect(
            groups == [
                AudioGroup(name: "speech", files: [folder["x/1.wav"], folder["x/3.wav"]]),
                AudioGroup(name: "music", files: ["/abs/2.wav", folder["more/5.wav"]]),
                AudioGroup(name: "train", files: [folder["4.wav"]]),
            ])
    }

    @Test func faultsAreNamed() throws {
        let folder = try AudioFolder()
        _ = try folder.folder("empty")
        try folder.file("song.wav", "")
        try folder.file("none.csv", "path\n")
        for (name, words) in [
            ("missing", "no such"), ("empty", "no audio file"), ("song.wav", "neither a folder nor a list"),
            ("none.csv", "names no file"),
        ] {
            let error = #expect(throws: DataError.self) { try AudioGroup.read([DataSource(path: folder[name])]) }
            #expect(error?.description.contains(words) == true)
            #expect(error?.description.hasPrefix(folder[name]) == true)
        }
        #expect(throws: DataError.self) { try AudioGroup.read([]) }
    }

    @Test func linksInACircleEnd() throws {
        let folder = try AudioFolder()
        try FileManager.default.createSymbolicLink(atPath: folder["loop"], withDestinationPath: folder.path)
        #expect(throws: DataError.self) { try AudioGroup.read([DataSource(path: folder.path)]) }
    }
}
