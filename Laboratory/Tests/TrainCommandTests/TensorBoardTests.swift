import Foundation
import Testing

extension TrainCommandTests {
    @Suite("TensorBoard", .needsTorch, .serialized) struct TensorBoardTests {
        /// What the real package reads from a run that was killed and resumed: every step once, in order.
        @Test func packageReadsEventFiles() throws {
            let scratch = try Scratch()
            var arguments = [
                "run", "--preset", "micro", "--data", try scratch.audio(), "--out", scratch["run"], "--steps", "8",
                "--set", "log_every=1", "--set", "checkpoint_every=2", "--set", "validate_every=4", "--device", "cpu",
            ]
            arguments += quick + ["--set", "validation.samples=1", "--set", "validation.scales=[4,16]"]
            let program = try Program(arguments, folder: scratch.path)
            let end = Date(timeIntervalSinceNow: 120)
            while !program.saidSoFar.contains("step 6/"), !program.hasEnded, Date() < end {
                Thread.sleep(forTimeInterval: 0.005)
            }
            program.signal(SIGKILL)
            _ = try program.wait()
            let resumed = try Program.run(["resume", scratch["run"]], folder: scratch.path)
            try #require(resumed.status == 0, "\(resumed.error)")

            let events = try EventReading(scratch["run/events"])
            let losses = try #require(events.scalars["train/loss"])
            #expect(losses.map(\.[0]) == [1, 2, 3, 4, 5, 6, 7, 8])
            let journal = try scratch.journal("run").map { Double($0["loss"] ?? "") ?? .nan }
            for (event, value) in zip(losses, journal) { #expect(abs(event[1] - value) <= 1e-6 * abs(value)) }
            for tag in ["train/learning_rate", "train/mel", "perplexity/0", "validation_kbps/scale_4/tones"] {
                #expect(events.scalars[tag]?.last?[0] == 8, "\(tag)")
            }
            #expect(events.audio.keys.sorted() == ["original", "scale_16", "scale_4"].map { "audio/0-tones/\($0)" })
            // The original once, decoded at each validation.
            #expect(events.audio["audio/0-tones/original"]?.map(\.step) == [4])
            #expect(events.audio["audio/0-tones/scale_4"]?.map(\.step) == [4, 8])
            for sound in events.audio.values.joined() {
                #expect(sound.type == "audio/wav" && sound.rate == 44100 && sound.frames == 13230)
            }
            let picture = try #require(events.images["importance/0-tones"])
            #expect(picture.map(\.step) == [4, 8])
            // 26 frames of 512 samples, 19 pixels each; a strip and two blocks of eight stages.
            #expect(picture.allSatisfy { $0.width == 494 && $0.height == 24 + 2 * (6 + 32) && $0.colors > 2 })
        }

        @Test func canBeSwitchedOff() throws {
            let scratch = try Scratch()
            let run = try Program.run(
                [
                    "run", "--preset", "micro", "--data", scratch.audio(), "--out", scratch["run"], "--steps", "1",
                    "--set", "tensorboard=false",
                ] + quick, folder: scratch.path)
            #expect(run.status == 0, "\(run.error)")
            #expect(!FileManager.default.fileExists(atPath: scratch["run/events"]))
        }
    }
}

/// A folder of event files as the `tensorboard` package of PyPI reads it.
private struct EventReading: Decodable {
    struct Sound: Decodable {
        let step: Int
        let type: String
        let rate: Double
        let frames: Int
    }

    struct Image: Decodable {
        let step: Int
        let width: Int
        let height: Int
        let colors: Int
    }

    /// Step and value by tag.
    let scalars: [String: [[Double]]]
    let audio: [String: [Sound]]
    let images: [String: [Image]]

    /// Prints what it found as JSON. Sounds and pictures are opened: `wave` and Pillow decode them.
    private static let script = #"""
        import io, json, sys, wave
        from PIL import Image
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        events = EventAccumulator(sys.argv[1], size_guidance={"audio": 0, "images": 0, "scalars": 0}).Reload()
        tags = events.Tags()
        def sound(e):
            with wave.open(io.BytesIO(e.encoded_audio_string)) as file:
                assert file.getframerate() == e.sample_rate and file.getnframes() == e.length_frames
                return dict(step=e.step, type=e.content_type, rate=e.sample_rate, frames=file.getnframes())
        def image(e):
            picture = Image.open(io.BytesIO(e.encoded_image_string)).convert("RGB")
            assert picture.size == (e.width, e.height)
            return dict(step=e.step, width=e.width, height=e.height, colors=len(picture.getcolors(1 << 20)))
        print(json.dumps(dict(
            scalars={t: [[e.step, e.value] for e in events.Scalars(t)] for t in tags["scalars"]},
            audio={t: [sound(e) for e in events.Audio(t)] for t in tags["audio"]},
            images={t: [image(e) for e in events.Images(t)] for t in tags["images"]})))
        """#

    init(_ folder: String) throws {
        let environment = ProcessInfo.processInfo.environment
        let cache =
            environment["VRVQ_CACHE"] ?? "\(environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache")/vrvq"
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [environment["PYTHON"] ?? "python3", "-c", Self.script, folder]
        process.environment = environment.merging(["PYTHONPATH": "\(cache)/torch/tensorboard"]) { $1 }
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0, "the package tensorboard cannot read them; run make setup-training")
        self = try JSONDecoder().decode(Self.self, from: text)
    }
}
