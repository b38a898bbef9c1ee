import Testing
import VRVQ
import VRVQNetwork

@Suite struct SafetensorsTests {
    @Test func readsEveryTypeOfWeight() throws {
        let header = """
            {"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},\
            "b":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]},\
            "c":{"dtype":"F16","shape":[2],"data_offsets":[12,16]},\
            "d":{"dtype":"BF16","shape":[1],"data_offsets":[16,18]},\
            "e":{"dtype":"I64","shape":[0,7],"data_offsets":[18,18]},"__metadata__":{"k":"v"}}
            """
        let data =
            ModelFiles.little((1.25).bitPattern) + ModelFiles.little(Float(-0.1).bitPattern)
            + [0x00, 0x3C, 0x01, 0x80] + [0x20, 0xC1]
        let file = try Safetensors(ModelBytes(ModelFiles.safetensors(header, data: data)))
        #expect(file.metadata == ["k": "v"])
        #expect(try file.values(of: "a") == [1.25])
        #expect(try file.values(of: "b") == [-0.1])
        #expect(try file.values(of: "c") == [1, -0x1p-24])
        #expect(try file.values(of: "d") == [-10])
        #expect(file.shape(of: "b") == [1, 1])
        #expect(throws: WeightError.self) { try file.values(of: "e") }
        #expect(throws: WeightError.missing("f")) { try file.values(of: "f") }
    }

    /// Against the definition of the format, for all 65536 halves, at an odd address.
    @Test func widensEveryHalf() throws {
        var data: [UInt8] = []
        for bits in 0...UInt16.max { data += ModelFiles.little(bits) }
        let header = #"{"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#
        for padding in ["", " "] {
            let file = try Safetensors(ModelBytes(ModelFiles.safetensors(header + padding, data: data)))
            let values = try file.values(of: "h")
            for bits in 0...UInt16.max { #expect(matches(values[Int(bits)], half: bits)) }
        }
    }

    private func matches(_ value: Float, half bits: UInt16) -> Bool {
        let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
        let sign: Float = bits >> 15 == 0 ? 1 : -1
        if exponent == 31 { return fraction == 0 ? value == sign * .infinity : value.isNaN }
        let magnitude =
            exponent == 0
            ? fraction * 0x1p-24 : (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        return value == sign * magnitude && (value.sign == .minus) == (bits >> 15 == 1)
    }

    static let hostile: [(what: String, header: String, code: VRVQError.Code)] = [
        ("not an object", "[]", .malformed), ("not JSON", "{", .malformed),
        ("metadata of numbers", #"{"__metadata__":{"a":1}}"#, .malformed),
        ("no type", #"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, .malformed),
        ("an unknown type", #"{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}"#, .unsupported),
        ("a negative size", #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, .malformed),
        ("two negative sizes", #"{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}"#, .malformed),
        ("a fraction", #"{"a":{"dtype":"F32","shape":[0.5],"data_offsets":[0,4]}}"#, .malformed),
        ("an overflow", #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#, .malformed),
        ("too many axes", #"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}"#, .malformed),
        ("beyond the end", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, .malformed),
        (
            "far beyond",
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775803,9223372036854775807]}}"#, .malformed
        ),
        ("before the start", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, .malformed),
        ("backwards", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, .malformed),
        ("a wrong size", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, .malformed),
        ("a gap", #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}"#, .malformed),
        ("bytes left over", #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, .malformed),
        (
            "an overlap",
            #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"#
                + #""b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
            .malformed
        ),
        ("a name for terminals", #"{"\u001b[2J":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, .malformed),
        ("an array twice", #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{}}"#, .malformed),
    ]

    @Test(arguments: hostile) func refuses(what: String, header: String, code: VRVQError.Code) {
        let bytes = ModelFiles.safetensors(header, data: [1, 2, 3, 4])
        #expect(vrvqError { () throws(VRVQError) in try Safetensors(ModelBytes(bytes)) }?.code == code, "\(what)")
    }

    @Test func refusesImpossibleLengths() {
        for length in [UInt64.max, 1 << 63, 1 << 40] {
            let bytes = ModelFiles.safetensors("{}", length: length)
            #expect(vrvqError { () throws(VRVQError) in try Safetensors(ModelBytes(bytes)) }?.code == .limitExceeded)
        }
        for bytes in [[], [2, 0, 0], ModelFiles.safetensors("{}", length: 3)] {
            #expect(vrvqError { () throws(VRVQError) in try Safetensors(ModelBytes(bytes)) }?.code == .truncated)
        }
    }

    /// The owner of a region is told once, after the last user has gone.
    @Test func releasesRegionsOnce() throws {
        final class Counter: @unchecked Sendable { var count = 0 }
        let counter = Counter()
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 10, alignment: 8)
        memory.copyBytes(from: ModelFiles.safetensors("{}"))
        do {
            let bytes = ModelBytes(region: UnsafeRawBufferPointer(memory)) { counter.count += 1 }
            let file = try Safetensors(bytes)
            #expect(file.arrays.isEmpty && counter.count == 0)
        }
        #expect(counter.count == 1)
        memory.deallocate()
    }
}
