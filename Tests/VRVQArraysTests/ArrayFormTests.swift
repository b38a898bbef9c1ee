import Testing
import VRVQ
import VRVQArrays

/// The forms in which NumPy keeps an array, and what is no array of codes.
@Suite("Arrays: forms")
struct ArrayFormTests {
    private static var supplement: TokenArrays.Supplement { ArrayFixtures.supplement }

    private func grids(_ name: String) throws -> [CodeGrid] {
        try TokenArrays.stream(npy: ArrayFixtures.array(name), Self.supplement).grids
    }

    @Test(arguments: ["fortran-big-endian-int32.npy", "version-2.npy", "version-3.npy"])
    func everyFormGivesTheSame(_ name: String) throws {
        let wanted = try grids("int16.npy")
        #expect(wanted.count == 2 && wanted[0].frames == 5 && wanted.contains { $0.usedCodes > 0 })
        #expect(try grids(name) == wanted)
        let (stored, _) = try TokenArrays.stream(npz: ArrayFixtures.array("stored.npz"), Self.supplement)
        #expect(stored.grids == wanted)
    }

    @Test func twoAxesAreOneChannel() throws {
        #expect(try grids("int64-mono.npy") == [grids("int16.npy")[0]])
    }

    /// What is written has the form that the document promises.
    @Test func theArrayThatIsWritten() throws {
        let stream = try TokenStream(decoding: ArrayFixtures.golden("stereo-tags.vrvq"))
        let array = try NPYArray(TokenArrays.npy(stream), name: "x")
        #expect(array.shape == [2, 2, 250] && array.width == 2 && array.element == .integer(isSigned: true))
        for (channel, grid) in stream.grids.enumerated() {
            for frame in 0..<250 {
                for stage in 0..<2 {
                    let wanted = stage < Int(grid.depth[frame]) ? Int(grid.codes[frame * 2 + stage]) : -1
                    #expect(array.integer(at: (channel * 2 + stage) * 250 + frame) == wanted)
                }
            }
        }
    }

    /// Codes beyond int16 keep their values.
    @Test func largeCodebooks() throws {
        var format = ArrayFixtures.supplement.format!(1)
        format.entries = 65536
        var grid = CodeGrid(stages: 3, entries: 65536)
        grid.append(depth: 3, codes: [65535, 32768, 0])
        grid.sampleCount = 8
        let stream = TokenStream(format: format, grids: [grid], sampleCount: 8)
        let array = TokenArrays.npy(stream)
        #expect(try NPYArray(array, name: "x").width == 4)
        let supplement = TokenArrays.Supplement { _ in format }
        #expect(try TokenArrays.stream(npy: array, supplement) == stream)
    }

    private func expect(
        _ words: String, _ bytes: [UInt8], _ supplement: TokenArrays.Supplement = Self.supplement,
        at location: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: VRVQError.self, sourceLocation: location) {
            try TokenArrays.stream(npy: bytes, supplement)
        }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")", sourceLocation: location)
    }

    /// An int16 array by hand.
    private func array(_ values: [Int16], _ shape: [Int], type: String = "<i2") -> [UInt8] {
        NPYHeader(type: type, shape: shape).bytes
            + values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    @Test func whatIsNoArrayOfCodes() throws {
        expect("not of integers", try ArrayFixtures.array("float64.npy"))
        expect("axes", try ArrayFixtures.array("one-axis.npy"))
        expect("not in 0 to 999", array([1000, 0], [1, 2]))
        expect("not in 0 to 999", array([-2, 0], [1, 2]))
        expect("a stage below it is not", array([-1, 5], [2, 1]))
        expect("4 stages", array([0, 0, 0, 0], [4, 1]))
        expect("shape", array([], [0, 5]))
        expect(
            "not those of 17 samples", array([0, 0], [1, 2]), .init(sampleCount: 17, format: Self.supplement.format))
        expect("--model", array([0, 0], [1, 2]), .init(format: nil))
        expect("ends before", array([0], [1, 2]))
        expect("its shape needs", array([0, 0, 0], [1, 2]))
        expect("not read here", array([0, 0], [1, 2], type: "<c8"))
        expect("not read here", array([0, 0], [1, 2], type: "|O"))
    }

    @Test func headers() throws {
        for text in [
            "", "{}", "{'descr': '<i2', 'fortran_order': False}", "[1]", "{'descr': [('a', '<i2')], ",
            "{'descr': '<i2', 'fortran_order': False, 'shape': (-1,), }",
            "{'descr': '<i2', 'fortran_order': 0, 'shape': (1,), }",
            "{'descr': '<i2', 'descr': '<i2', 'fortran_order': False, 'shape': (1,), }",
            "{'descr': '<i2', 'fortran_order': False, 'shape': (1,), } x",
        ] {
            expect("header", [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8))
        }
        expect("version 9", [0x93] + Array("NUMPY".utf8) + [9, 0, 0, 0])
        expect("header of", [0x93] + Array("NUMPY".utf8) + [2, 0, 255, 255, 255, 255])
        expect("ends before", array([], [1 << 40, 1 << 40]))
        var start = 0
        let header = NPYHeader(type: "<i2", isFortran: true, shape: [3])
        #expect(try NPYHeader(header.bytes, start: &start) == header && start % 64 == 0)
    }
}
