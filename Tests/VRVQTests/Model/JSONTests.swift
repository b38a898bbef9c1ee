import Testing
import VRVQ

@Suite struct JSONTests {
    @Test func readsEveryKindOfValue() throws {
        let text = #" {"a": [1, -2.5e3, true, false, null], "b": {"c": "x"}, "": 9223372036854775807} "#
        let value = try JSON(parsing: text)
        #expect(value["a"] == .array([.integer(1), .number(-2500), .bool(true), .bool(false), .null]))
        #expect(value["b"]?["c"]?.stringValue == "x")
        #expect(value[""] == .integer(Int64.max))
        #expect(try JSON(parsing: "9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try JSON(parsing: "44100.0").integerValue == 44_100)
        #expect(try JSON(parsing: "0.5").integerValue == nil)
    }

    @Test func readsEscapes() throws {
        let value = try JSON(parsing: #""\"\\\/\b\f\n\r\té\u00e9\ud83c\udfb5""#)
        #expect(value.stringValue == "\"\\/\u{8}\u{c}\n\r\té\u{e9}🎵")
    }

    @Test(arguments: [
        "", "nul", "[1,]", "{\"a\":1,}", "{a:1}", "[1 2]", "01", "1.", ".5", "+1", "1e", "NaN", "1e999", "\"\n\"",
        "\"\\x\"", "\"\\ud83c\"", "\"\\udfb5\"", "\"\\u12g4\"", "\"", "[", "{", "{\"a\"", "{\"a\":", "[]]", "{} {}",
        "{\"a\":1,\"a\":1}", "--1", "0x10", "truefalse",
    ])
    func refuses(text: String) {
        #expect(vrvqError { () throws(VRVQError) in try JSON(parsing: text) }?.code == .malformed)
    }

    @Test func refusesInvalidUTF8() {
        let bytes: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
        #expect(vrvqError { () throws(VRVQError) in try JSON(parsing: bytes) }?.code == .malformed)
    }

    @Test func boundsNesting() {
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(vrvqError { () throws(VRVQError) in try JSON(parsing: deep) }?.code == .limitExceeded)
        let fine = String(repeating: "[", count: 63) + "1" + String(repeating: "]", count: 63)
        #expect(vrvqError { () throws(VRVQError) in try JSON(parsing: fine) } == nil)
    }

    @Test func writesWhatItReads() throws {
        let value = JSON.object([
            "b": .array([.integer(-3), .number(0.1), .number(1e300), .null]), "a": .string("\u{1}\u{1f}\n\"\\é🎵"),
            "é": .object([:]), "Z": .array([]),
        ])
        #expect(try JSON(parsing: value.text) == value)
        #expect(try JSON(parsing: value.indentedText) == value)
        #expect(value.text == #"{"Z":[],"a":"\u0001\u001f\n\"\\é🎵","b":[-3,0.1,1e+300,null],"é":{}}"#)
    }
}
