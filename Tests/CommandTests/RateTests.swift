import Foundation
import Testing

extension CommandTests {
    @Suite("Rates and what is said about them") struct RateTests {
        private let sound = WAV.file(WAV.sound(seconds: 3), rate: 44100)

        @Test func bytesGrowWithScaleAndCodebooks() throws {
            func size(_ options: String...) throws -> Int {
                try Program.run(["encode", "-"] + options, input: sound).output.count
            }
            let scales = try ["2", "8", "24", "100"].map { try size("--scale", $0) }
            #expect(scales == scales.sorted() && Set(scales).count == 4, "\(scales)")
            let books = try ["1", "3", "8"].map { try size("--codebooks", $0) }
            #expect(books == books.sorted() && Set(books).count == 3, "\(books)")
            #expect(try size() == size("--scale", "8"), "the documented default scale is 8")
        }

        @Test func aConstantRateHasOneDepth() throws {
            let stream = try Program.succeed("encode", "-", "--codebooks", "3", input: sound).output
            let result = try Program.succeed("info", "-", "--json", input: stream)
            let object = try #require(try result.objects().first)
            #expect(object["codebooks"] as? Int == 3 && object["depth_bits"] as? Int == 0)
            let histogram = try #require(object["depth_histogram"] as? [Int])
            #expect(histogram[3] == object["frames"] as? Int && histogram.reduce(0, +) == histogram[3])
        }

        @Test func infoForPeopleAndPrograms() throws {
            let folder = try Scratch()
            try folder.file("x.wav", sound)
            try Program.succeed("encode", folder["x.wav"], "--scale", "6")
            let size = try bytes(of: folder["x.vrvq"]).count
            let text = try Program.succeed("info", folder["x.vrvq"]).text
            for words in ["\(size) bytes", "3.00 s (132300 samples)", "44100 Hz", "1 channel\n", "scale 6.00", "small"]
            {
                #expect(text.contains(words), "\(words)")
            }
            let object = try #require(try Program.succeed("info", folder["x.vrvq"], "--json").objects().first)
            #expect(object["bytes"] as? Int == size)
            #expect(object["sample_count"] as? Int == 132_300 && object["sample_rate"] as? Int == 44100)
            #expect(object["channels"] as? Int == 1 && object["stages"] as? Int == 8)
            #expect(object["scale"] as? Double == 6 && object["model"] as? String == "small")
            let kbps = try #require(object["kbps"] as? Double)
            #expect(abs(kbps - Double(size) * 8 / 3 / 1000) < 1e-9)
            let parts = ["header_bytes", "chunk_bytes", "trailer_bytes", "tag_bytes", "other_bytes"]
            let sum = parts.compactMap { object[$0] as? Int }.reduce(0, +)
            #expect(abs(size - sum) <= 0, "parts \(sum) of \(size) bytes")
        }

        @Test func infoListsEveryFrame() throws {
            let stream = try Program.succeed("encode", "-", input: sound).output
            let summary = try #require(try Program.succeed("info", "-", "--json", input: stream).objects().first)
            let frames = try #require(summary["frames"] as? Int)
            #expect(frames == (132_300 + 511) / 512)
            let lines = try Program.succeed("info", "-", "--frames", input: stream).text.split(separator: "\n")
            #expect(lines.count == frames)
            var codes = 0
            for (index, line) in lines.enumerated() {
                let fields = line.split(separator: "\t")
                #expect(fields.count == 5 && fields[0] == "1" && Int(fields[1]) == index)
                #expect(fields[4].split(separator: " ").count == Int(fields[3]))
                codes += Int(fields[3]) ?? 0
            }
            #expect(codes == summary["used_codes"] as? Int)
            let objects = try Program.succeed("info", "-", "--frames", "--json", input: stream).objects()
            #expect(objects.count == frames + 1)
            #expect(objects.last?["frames"] as? Int == frames)
            #expect(objects.dropLast().reduce(0) { $0 + ($1["depth"] as? Int ?? 0) } == codes)
        }

        @Test func jsonOfEncodeTellsTheBytesOnDisk() throws {
            let folder = try Scratch()
            try folder.file("x.wav", sound)
            let object = try #require(try Program.succeed("encode", folder["x.wav"], "--json").objects().first)
            let size = try bytes(of: folder["x.vrvq"]).count
            let seconds = try #require(object["seconds"] as? Double)
            #expect(seconds == 3 && object["bytes"] as? Int == size)
            #expect(abs(try #require(object["kbps"] as? Double) - 8 * Double(size) / seconds / 1000) < 1e-9)
            #expect(object["output"] as? String == folder["x.vrvq"])
            let decoded = try #require(
                try Program.succeed("decode", folder["x.vrvq"], "-o", folder["y.wav"], "--json").objects().first)
            #expect(decoded["sample_count"] as? Int == 132_300 && decoded["bytes"] as? Int == size)
        }

        /// Standard output belongs to the stream then.
        @Test func jsonGoesToStandardErrorWhereTheStreamHasTheOutput() throws {
            let plain = try Program.succeed("encode", "-", input: sound).output
            let result = try Program.run(["encode", "-", "--json"], input: sound)
            #expect(result.status == 0 && result.output == plain)
            let object = try JSONSerialization.jsonObject(with: Data(result.error.utf8)) as? [String: Any]
            #expect(object?["bytes"] as? Int == plain.count)
        }
    }
}
