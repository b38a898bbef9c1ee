import Foundation
import Testing
import VRVQ

/// Bytes that must never change (FORMAT.md, section 12). There is no legitimate reason to edit them while the version is 1.
@Suite("Container: golden streams")
struct GoldenStreamTests {
    private static let worked = """
        5652565101812102c4d8020100c4d8028004088008040123456789abcdef00000041056d6963726f70966b62010b057469746c650454657374
        a81e075b821400002affc00800802017190c84b1907d258af3201455804982020108cc33b4738205800122ad54bed9940c8406e4300d03000c
        8fd41baa
        """
    private static let constantRate = """
        565256510181200180f7020200c0bb01c0020ce8074b0123456789abcdef02076461632d32346bf520904682108203fce00200fcd000008020
        14020100a9a639bb8406f80a0301000c0de845e4
        """

    private static let adaptive = """
        5652565101811900c03e0200c03e5004d8040c0123456789abcdef0474696e79f17010de82180302308d349c7a30b65ea4b507fe41c19332468d
        d905496c7e2a407b820983018419e4aa019bd6d0983e51840690080d02000ccbd3bea7
        """

    @Test func adaptiveBytesAndStreamAreTheSame() throws {
        let bytes = [UInt8](hex: Self.adaptive)
        #expect(try ContainerFixtures.adaptive.encoded().hex == bytes.hex)
        #expect(try VRVQStream(decoding: bytes) == ContainerFixtures.adaptive)
    }

    @Test(arguments: [(ContainerFixtures.worked, worked), (ContainerFixtures.constantRate, constantRate)])
    func bytesAndStreamAreTheSame(stream: VRVQStream, hex: String) throws {
        let bytes = [UInt8](hex: hex)
        #expect(try stream.encoded(entropy: .packed).hex == bytes.hex)
        #expect(try VRVQStream(decoding: bytes) == stream)
    }

    @Test(arguments: [(1, worked), (2, adaptive)]) func theDocumentShowsTheSameBytes(example: Int, hex: String) throws {
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..").standardized
        let document = try String(contentsOf: root.appendingPathComponent("Documentation/FORMAT.md"), encoding: .utf8)
        let dump = try #require(
            document.split(separator: "```hexdump\n").dropFirst(example).first?.split(separator: "```").first)
        var bytes: [UInt8] = []
        for line in dump.split(separator: "\n") {
            #expect(Int(line.prefix(4), radix: 16) == bytes.count, "offset of: \(line)")
            bytes += [UInt8](hex: String(line.dropFirst(6).prefix(29)))
        }
        #expect(bytes.hex == [UInt8](hex: hex).hex)
    }
}
