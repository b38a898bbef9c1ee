import Testing
import VRVQ

@Suite struct HostileCheckpointTests {
    private func error(_ pickle: [UInt8], storage: [UInt8] = []) -> VRVQError? {
        let bytes = ModelFiles.checkpoint(pickle: pickle, storage: storage)
        return vrvqError { () throws(VRVQError) in try ModelImport.read(ModelBytes(bytes)) }
    }

    private func pickle(_ parts: String...) -> [UInt8] { parts.flatMap { Array($0.utf8) } }

    /// `_rebuild_tensor_v2` of storage 0 of 4 floats, as the value of `encoder.block.0.weight`.
    private func tensor(shape: [UInt8], strides: [UInt8], offset: UInt8 = 0, count: UInt8 = 4) -> [UInt8] {
        func numbers(_ bytes: [UInt8]) -> [UInt8] { pickle("(") + bytes.flatMap { [0x4B, $0] } + pickle("t") }
        let name = "encoder.block.0.weight"
        let key = pickle("U") + [UInt8(name.utf8.count)] + pickle(name)
        let storage = pickle("(U\u{7}storage", "ctorch\nFloatStorage\n", "U\u{1}0U\u{3}cpuK") + [count] + pickle("tQ")
        let call = pickle("ctorch._utils\n_rebuild_tensor_v2\n(") + storage + [0x4B, offset]
        return pickle("}") + key + call + numbers(shape) + numbers(strides) + pickle("tRs.")
    }

    @Test(arguments: [
        ("os", "system"), ("builtins", "eval"), ("builtins", "exec"), ("torch", "load"), ("torch.hub", "load"),
        ("posix", "system"), ("collections", "defaultdict"), ("torch._utils", "_rebuild_tensor"),
    ])
    func refusesForeignGlobals(module: String, name: String) {
        let found = error(pickle("c\(module)\n\(name)\n", "(U\u{4}truetR."))
        #expect(found?.code == .unsupported && found?.message.contains("\(module).\(name)") == true)
        let short = pickle("U") + [UInt8(module.utf8.count)] + pickle(module, "U") + [UInt8(name.utf8.count)]
        #expect(error(short + pickle(name) + [0x93] + pickle(")R."))?.code == .unsupported)
    }

    @Test func namesOfGlobalsCannotDisturbATerminal() {
        let found = error(pickle("cos\u{1b}[2J\nsystem\n)R."))
        #expect(found?.message.contains("\u{1b}") == false)
    }

    @Test func refusesCallsOfOtherThings() {
        for bytes in [
            pickle("K\u{1})R."), pickle("})R."), pickle("ctorch\nFloatStorage\n)R."),
            pickle("ccollections\nOrderedDict\n(K\u{1}tR."), pickle("ctorch._utils\n_rebuild_tensor_v2\n)R."),
            pickle("ctorch._utils\n_rebuild_parameter\n(K\u{1}tR."), pickle("K\u{1}}b."),
            pickle("(U\u{4}fileU\u{1}0tQ."),
            pickle("K\u{1}Q."),
        ] { #expect(error(bytes)?.code == .malformed) }
    }

    /// Instances, new objects, extensions, sets, the text forms of protocol 0.
    @Test(arguments: Array("iopgILSVP".utf8) + [0x81, 0x82, 0x8F, 0x90, 0x92, 0x96, 0, 255])
    func refusesOtherOpcodes(opcode: UInt8) {
        let found = error(pickle("}") + [opcode] + pickle("."))
        #expect(found?.code == .unsupported && found?.message.contains("opcode") == true)
    }

    @Test func refusesDamagedStacks() {
        for text in [
            ".", "0.", "1.", "t.", "s.", "K\u{1}s.", "e.", "u.", "a.", "(K\u{1}0", "(0.", "h\u{0}.", "q\u{0}.",
            "(K\u{1}s.",
        ] {
            let found = error(pickle(text))
            #expect(found?.code == .malformed || found?.code == .truncated, "\(text)")
        }
    }

    /// A list in a list in a list; a list that holds itself; tuples of tuples; doubled references.
    @Test func nestingAndCyclesAreHarmless() {
        let depth = 200_000
        #expect(
            error([UInt8](repeating: 0x5D, count: depth) + [UInt8](repeating: 0x61, count: depth - 1) + pickle("."))
                != nil)
        #expect(error(pickle(")") + [UInt8](repeating: 0x85, count: depth) + pickle(".")) != nil)
        #expect(error(pickle("]q\u{0}h\u{0}ah\u{0}a.")) != nil)
        var bomb = pickle(")")
        for _ in 0..<depth { bomb += [0x32, 0x86] }
        #expect(error(bomb + pickle(".")) != nil)
        #expect(error([UInt8](repeating: 0x28, count: depth) + pickle(".")) != nil)
    }

    @Test func countsBeyondTheEndAreRefused() {
        for text: [UInt8] in [
            pickle("X") + [255, 255, 255, 255], pickle("B") + [255, 255, 255, 127],
            [0x8D] + [UInt8](repeating: 255, count: 8),
            [0x8A, 200], [0x95, 1], pickle("U") + [9, 65], pickle("J") + [1], pickle("G") + [1, 2], pickle("cos"),
        ] { #expect(error(text) != nil) }
    }

    @Test func tensorsStayWithinTheirStorage() {
        let storage = [UInt8](repeating: 0, count: 16)
        // The sound one is a full tensor: what is missing then is the rest of the network.
        #expect(error(tensor(shape: [1, 1, 4], strides: [4, 4, 1]), storage: storage)?.code == .badModel)
        for (shape, strides, offset) in [
            ([5], [1], 0), ([4], [1], 1), ([2], [4], 0), ([2, 2], [3, 1], 0), ([1, 255], [0, 0], 0), ([4], [], 0),
            ([1], [1], 9),
        ] as [([UInt8], [UInt8], UInt8)] {
            #expect(error(tensor(shape: shape, strides: strides, offset: offset), storage: storage)?.code == .malformed)
        }
        #expect(error(tensor(shape: [1, 1, 4], strides: [4, 4, 1]), storage: [0])?.code == .truncated)
    }

    @Test func sharedStoragesCannotMultiplyMemory() {
        let one = tensor(shape: [250], strides: [1], count: 250)
        let body = one.dropFirst().dropLast(2)
        var bytes = pickle("}")
        for index in 0..<UInt8(50) {
            var entry = Array(body)
            entry[2] = 65 + index
            bytes += entry + pickle("s")
        }
        #expect(error(bytes + pickle("."), storage: [UInt8](repeating: 0, count: 1000))?.code == .limitExceeded)
    }

    @Test func refusesOtherZips() {
        let deflated = ModelFiles.checkpoint(pickle: pickle("}."), method: 8)
        let compressed = vrvqError { () throws(VRVQError) in try ModelImport.read(ModelBytes(deflated)) }
        #expect(compressed?.code == .unsupported && compressed?.message.contains("compress") == true)
        let foreign = ModelFiles.zip([("word/document.xml", [1])])
        #expect(vrvqError { () throws(VRVQError) in try ModelImport.read(ModelBytes(foreign)) }?.code == .unsupported)
        let twice = ModelFiles.zip([("a/data.pkl", [1]), ("a/data.pkl", [2])])
        #expect(vrvqError { () throws(VRVQError) in try ModelImport.read(ModelBytes(twice)) }?.code == .malformed)
        let big = ModelFiles.zip([("a/data.pkl", pickle("}.")), ("a/byteorder", pickle("big"))])
        #expect(
            vrvqError { () throws(VRVQError) in try ModelImport.read(ModelBytes(big)) }?.message.contains("big-endian")
                == true)
    }

    @Test func everyTruncationIsAnError() throws {
        for name in ["vrvq.pth", "parametrized.pth"] {
            let whole = try ModelFiles.fixture(name)
            for length in stride(from: 0, to: whole.count, by: 97) {
                let bytes = ModelBytes(Array(whole[..<length]))
                #expect(vrvqError { () throws(VRVQError) in try ModelImport.read(bytes) } != nil, "\(name) \(length)")
            }
        }
    }
}
