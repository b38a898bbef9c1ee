import Foundation
import Synchronization
import Testing
import VRVQ
import VRVQDefaultModel

extension CommandTests {
    /// Sound that comes at its own pace.
    @Suite("Live streams") struct LiveTests {
        @Test func liveChunksHoldTheCodesOfTheFile() throws {
            let sound = WAV.file(WAV.sound(seconds: 2, channels: 2), rate: 44100)
            let file = try decoded(Program.succeed("encode", "-", input: sound).output)
            let live = try Program.succeed("encode", "-", "-o", "-", "--live", "--latency", "500", input: sound).output
            var stream = try decoded(live)
            #expect(stream.format.framesPerChunk == 43 && stream.grids == file.grids)
            let entropy = EntropyCoding.learned(try #require(try DefaultModel.load().contextModel))
            #expect(try stream.encoded(entropy: entropy) == live)
            let json = try Program.run(
                ["encode", "-", "-o", "-", "--live", "--json"], input: sound)
            stream.format.framesPerChunk = 8
            #expect(json.output == (try stream.encoded(entropy: entropy)))
            #expect(json.error.contains("\"algorithmic_delay_seconds\":0."), "\(json.error)")
        }

        @Test func refusals() throws {
            let sound = WAV.file(WAV.sound(seconds: 0.1), rate: 44100)
            for latency in ["11", "0", "-3", "10001", "nan"] {
                try Program.fail(
                    64, ["encode", "-", "--live", "--latency", latency], saying: "--latency", "11.7", input: sound)
            }
            try Program.fail(64, ["encode", "-", "--latency", "100"], saying: "--live", input: sound)
            for other in [["--bitrate", "3"], ["--dtx", "-60"], ["--chunk", "1"]] {
                try Program.fail(64, ["encode", "-", "-o", "-", "--live"] + other, saying: "--live", input: sound)
            }
            let folder = try Scratch()
            try folder.file("a.wav", sound)
            try folder.file("b.wav", sound)
            try Program.fail(64, ["encode", folder.path, "--live"], saying: "one input")
        }

        /// Sound that stops coming without ending: what is there goes out all the same.
        @Test func aSourceThatPausesIsFlushed() throws {
            let pipeline = try Pipeline(
                "'\(Program.path)' encode - --raw-format s16le:44100:1 -o - --live --latency 400")
            try pipeline.send(WAV.samples(WAV.sound(seconds: 1)))
            // 34 frames make a full chunk; 79 are those for which the encoder looks ahead no further than a second.
            let end = Date() + 50
            var frames = 0
            while frames < 79, Date() < end {
                Thread.sleep(forTimeInterval: 0.05)
                var reader = try StreamReader(contextModels: ContextModels(DefaultModel.load()))
                reader.push(pipeline.received.flatMap(\.bytes))
                while try reader.next() != nil {}
                frames = reader.statistics.frames
            }
            #expect(frames == 79)
            try pipeline.finish()
        }

        /// Two programs and two pipes, sound at its own pace: from the moment at which a sample goes in to that at which
        /// the same sample comes out.
        @Test func soundComesOutWhileItGoesIn() throws {
            let program = "'\(Program.path)'"
            let pipeline = try Pipeline(
                "\(program) encode - --raw-format s16le:44100:1 -o - --live --latency 100 "
                    + "| \(program) decode - -o - --raw-format s16le")
            let sound = WAV.samples(WAV.sound(seconds: 4))
            // Programs have to be loaded before anyone can wait for them.
            Thread.sleep(forTimeInterval: 1)
            let start = Date()
            for step in 0..<400 {
                try pipeline.send(Array(sound[step * 882..<(step + 1) * 882]))
                let due = start + Double(step + 1) / 100
                Thread.sleep(forTimeInterval: max(0, due.timeIntervalSinceNow))
            }
            // Samples that came out before the last ones went in.
            let before = pipeline.received.reduce(0) { $0 + $1.bytes.count } / 2
            try pipeline.finish()
            var (given, delays) = (0, [Double]())
            for (bytes, time) in pipeline.received {
                // The first sample of a piece has waited longest.
                delays.append(time.timeIntervalSince(start) - Double(given / 2) / 44100)
                given += bytes.count
            }
            let late = delays.dropFirst(delays.count / 4).dropLast(delays.count / 4).sorted()
            print(
                "live: chunks of 8 frames at 44.1 kHz: from sound to decoded sound "
                    + "\(Int(1000 * late[late.count / 2])) ms in the middle, \(Int(1000 * late[late.count - 1])) ms at most"
            )
            #expect(given == sound.count)
            // Kernels that were not optimised may be slower than the sound.
            #if !DEBUG
                #expect(before > 44100)
                #expect(late[late.count / 2] < 2)
            #endif
        }
    }
}

/// A shell's pipeline whose ends are held here.
private struct Pipeline {
    private let process = Process()
    private let input = Pipe()
    private let output = Arrivals()

    init(_ command: String) throws {
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.environment = ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin"]
        process.standardInput = input
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        output.start(pipe.fileHandleForReading)
    }

    /// Pieces in order, with the time at which each came.
    var received: [Arrivals.Piece] { output.received }

    func send(_ bytes: [UInt8]) throws { try input.fileHandleForWriting.write(contentsOf: bytes) }

    /// Closes the input and waits for the end.
    func finish() throws {
        try input.fileHandleForWriting.close()
        guard output.waitForEnd() else {
            process.terminate()
            throw Program.TimedOut(arguments: process.arguments ?? [])
        }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}

/// What comes out of a pipe, with the time at which it came.
private final class Arrivals: Sendable {
    typealias Piece = (bytes: [UInt8], time: Date)
    private let held = Mutex<[Piece]>([])
    private let done = DispatchSemaphore(value: 0)

    var received: [Piece] { held.withLock { $0 } }

    func start(_ handle: FileHandle) {
        let thread = Thread { [self] in
            while true {
                let bytes = Array(handle.availableData)
                if bytes.isEmpty { break }
                held.withLock { $0.append((bytes, Date())) }
            }
            done.signal()
        }
        thread.start()
    }

    func waitForEnd() -> Bool { done.wait(timeout: .now() + 60) == .success }
}
