import Foundation
import Testing

@testable import Training

@Suite("Versions that an ELF file needs") struct VersionNeedsTests {
    #if os(Linux)
        /// The same as binutils find.
        @Test func areThoseOfReadelf() throws {
            let path = try Self.library()
            let script = "readelf -VW '\(path)' | sed -n '/Version needs/,$ s/.*  Name: \\([^ ]*\\) .*/\\1/p'"
            let expected = Set(try shell(script, in: "/").split(separator: "\n").map { String($0) })
            let needs = try VersionNeeds(Self.bytes(path), path: path)
            #expect(needs.names == expected && expected.contains { $0.hasPrefix("GLIBC_2.") })
        }

        /// Broken files give an error or some names, and always come to an end.
        @Test(arguments: seeds(2)) func hostileBytesAreRefused(seed: UInt64) throws {
            let whole = try Self.bytes(Self.library())
            // The tables that the reader follows; the rest it passes over.
            let sections = whole[40..<48].reversed().reduce(0) { $0 << 8 | Int($1) }
            var random = Splitmix(seed: seed)
            for _ in 0..<200 {
                var bytes = whole
                for _ in 0..<4 {
                    let place = random.next() % 2 == 0 ? Int(random.next() % 64) : sections + Int(random.next() % 2048)
                    if place < bytes.count { bytes[place] = UInt8(truncatingIfNeeded: random.next()) }
                }
                _ = try? VersionNeeds(bytes, path: "x")
            }
            for count in [0, 5, 63, 64, sections, sections + 70] {
                #expect(throws: RunError.self, "seed \(seed), \(count) bytes") {
                    try VersionNeeds([UInt8](whole.prefix(count)), path: "x")
                }
            }
        }

        /// A small library that the tests have loaded.
        private static func library() throws -> String {
            try #require(LoadedLibraries().files.first { $0.name.hasPrefix("libsoxr") }?.path)
        }

        private static func bytes(_ path: String) throws -> [UInt8] {
            try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        }
    #endif

    @Test func latestIsByNumber() {
        let names: Set = ["GLIBC_2.9", "GLIBC_2.34", "GLIBC_2.3.4", "GLIBC_PRIVATE", "GLIBCXX_3.4.29", "GCC_3.0"]
        #expect(VersionNeeds.latest("GLIBC", among: names) == "2.34")
        #expect(VersionNeeds.latest("GLIBCXX", among: names) == "3.4.29")
        #expect(VersionNeeds.latest("GOMP", among: names) == nil)
        #expect(VersionNeeds.latest("GLIBC", among: names.union(["GLIBC_ABI_DT_RELR"])) == "2.36")
    }
}
