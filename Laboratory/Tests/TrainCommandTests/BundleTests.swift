import Foundation
import Testing

#if os(Linux) && arch(x86_64)
    extension TrainCommandTests {
        /// Bundles as another machine sees them. They need a program that is linked with a static Swift runtime, which
        /// Scripts/test.sh builds.
        @Suite("Bundle", .serialized) struct BundleTests {
            /// The test's own program has the Swift runtime in shared libraries.
            @Test func dynamicProgramIsRefused() throws {
                let scratch = try Scratch()
                let result = try Program.run(["bundle", "-o", scratch["bundle"]], folder: scratch.path)
                #expect(result.status == 64 && result.lastLine.contains("--static-swift-stdlib"), "\(result.error)")
                #expect(result.error.split(separator: "\n").count == 1)
                #expect(!FileManager.default.fileExists(atPath: scratch["bundle"]))
            }

            /// From audio and a run here to steps there: in an environment without anything, the bundle's run has the
            /// journal of the one here.
            @Test(.needsTorch, .needsBundleProgram) func trainsInEmptyEnvironment() throws {
                let (scratch, machine) = (try Scratch(), try Machine())
                let tones = try scratch.audio()
                let list = scratch["clips.csv"]
                try "path,group\ntones/\(try #require(Self.names(in: tones).last)),one\n"
                    .write(toFile: list, atomically: true, encoding: .utf8)
                func arguments(_ out: String, _ data: [String]) -> [String] {
                    ["run", "--preset", "micro", "--out", out, "--steps", "4", "--device", "cpu", "--data"] + data
                        + ["--set", "log_every=1"] + quick
                }
                let here = try Program.run(arguments(scratch["here"], [tones, list]), folder: scratch.path)
                try #require(here.status == 0, "\(here.error)")

                let made = try machine.command(
                    Machine.program,
                    [
                        "bundle", "-o", machine["bundle"], "--data", tones, list, "--run", scratch["here"],
                        "--part-size", "64K",
                    ])
                try #require(made.status == 0, "\(made.error)")
                #expect(made.output.contains("data/tones, data/clips.csv, runs/here"), "\(made.output)")
                try expectSmall(machine)
                // Nothing of where it came from is there any more.
                try FileManager.default.removeItem(atPath: tones)

                let setup = try machine.train(["setup"])
                try #require(setup.status == 0, "\(setup.error)")
                #expect(
                    setup.output.contains("PyTorch 2.")
                        && setup.output.contains(machine["home/.cache/vrvq/torch/plugin-"]))
                try expectClosed(machine)
                try FileManager.default.removeItem(atPath: machine["bundle/parts/part-0001"])
                let there = try machine.train(arguments("there", ["bundle/data/tones", "bundle/data/clips.csv"]))
                try #require(there.status == 0, "\(there.error)")
                #expect(!there.error.contains("compiling"))
                #expect(try scratch.journal("here") == machine.journal("there"))

                let sources = "data.sources=[bundle/data/tones,bundle/data/clips.csv]"
                let resumed = try machine.train(["resume", "bundle/runs/here", "--steps", "6", "--set", sources])
                #expect(resumed.status == 0, "\(resumed.error)")
                #expect(try machine.journal("bundle/runs/here").map { $0["step"] } == (1...6).map { "\($0)" })
            }

            /// At most 25 MiB without the parts.
            private func expectSmall(_ machine: Machine) throws {
                let sizes = try machine.command("/usr/bin/du", ["-sb", "--exclude=parts", machine["bundle"]])
                let bytes = try #require(sizes.output.split(separator: "\t").first.flatMap { Int($0) })
                #expect(bytes <= 25 << 20)
            }

            /// Every shared library comes from the bundle, glibc or GCC, and none of the bundle's is idle.
            private func expectClosed(_ machine: Machine) throws {
                let variables = ["LD_LIBRARY_PATH=\(machine["bundle/lib"])"]
                let ldd = try machine.command("/usr/bin/ldd", [machine["bundle/bin/vrvq-train"]], variables)
                let lines = ldd.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                let ours = lines.filter { $0.contains("=> \(machine["bundle/lib"])/") }
                let system = [
                    "libc", "libm", "libgcc_s", "libstdc++", "libgomp", "linux-vdso", "/lib64/ld-linux-x86-64",
                ]
                for line in lines where !ours.contains(line) {
                    #expect(system.contains { line.hasPrefix("\($0).so") }, "\(line)")
                }
                #expect(ldd.status == 0 && ours.contains { $0.hasPrefix("libsndfile.so") })
                #expect(try ours.count == Self.names(in: machine["bundle/lib"]).count)
            }

            /// What is wrong with the machine is one line that says it.
            @Test(.needsTorch, .needsBundleProgram) func launcherNamesWhatIsMissing() throws {
                let (scratch, machine) = (try Scratch(), try Machine())
                let made = try machine.command(
                    Machine.program,
                    ["bundle", "-o", machine["bundle"], "--data", scratch.audio(), "--part-size", "64K"])
                try #require(made.status == 0, "\(made.error)")
                func expect(_ word: String, _ variables: [String] = []) throws {
                    let result = try machine.train(["setup"], variables)
                    let error = result.error.split(separator: "\n").filter { !$0.contains("joined") }
                    #expect(result.status == 69 && error.count == 1 && error[0].contains(word), "\(result.error)")
                }
                let part = machine["bundle/parts/part-0002"]
                let whole = try #require(FileManager.default.contents(atPath: part))
                try FileManager.default.removeItem(atPath: part)
                try expect("part-0002 is missing")
                try (whole + [0]).write(to: URL(fileURLWithPath: part))
                try expect("part-0002 is broken")
                try whole.write(to: URL(fileURLWithPath: part))
                // An interpreter that finds nothing.
                try expect("has no PyTorch", ["PYTHON=/bin/true"])
                try expect("there is no none", ["PYTHON=none"])
                try expect("VRVQ_CACHE", ["VRVQ_CACHE=/proc/none"])
                let needs = machine["bundle/needs"]
                let stated = try String(contentsOfFile: needs, encoding: .utf8)
                #expect(stated.hasPrefix("glibc 2."))
                try "glibc 2.999\n".write(toFile: needs, atomically: true, encoding: .utf8)
                try expect("2.999 or newer is needed")
                try stated.write(toFile: needs, atomically: true, encoding: .utf8)
                try FileManager.default.removeItem(atPath: machine["bundle/lib/libsoxr.so.0"])
                try FileManager.default.createSymbolicLink(
                    atPath: machine["bundle/lib/libsoxr.so.0"], withDestinationPath: "/dev/null")
                try expect("cannot be started")
            }

            @Test(.needsBundleProgram) func mistakesAreNamed() throws {
                let (scratch, machine) = (try Scratch(), try Machine())
                try "x".write(toFile: scratch["file"], atomically: true, encoding: .utf8)
                for (status, word, arguments) in [
                    (64, "--part-size", ["-o", machine["b"], "--part-size", "9"]),
                    (66, "none", ["-o", machine["b"], "--data", "none"]),
                    (66, "none", ["-o", machine["b"], "--run", "none"]), (73, "exists", ["-o", scratch.path]),
                    (73, "/proc/none", ["-o", "/proc/none"]),
                ] as [(Int32, String, [String])] {
                    let result = try machine.command(Machine.program, ["bundle"] + arguments)
                    #expect(result.status == status && result.error.contains(word), "\(result.error)")
                    #expect(result.error.split(separator: "\n").count == 1)
                }
                #expect(try Self.names(in: machine.scratch.path).allSatisfy { !$0.hasPrefix("b") })
            }

            private static func names(in folder: String) throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            }
        }
    }

    /// A machine without Swift, as near as this one comes to it: its own home, and no variable but those that are needed
    /// to find programs and PyTorch.
    private struct Machine {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
            try FileManager.default.createDirectory(atPath: scratch["home"], withIntermediateDirectories: true)
        }

        subscript(_ name: String) -> String { scratch[name] }

        /// The statically linked program.
        static var program: String { ProcessInfo.processInfo.environment["VRVQ_BUNDLE_PROGRAM"] ?? "" }

        func journal(_ run: String) throws -> [[String: String]] { try scratch.journal(run) }

        /// The bundle's launcher.
        func train(_ arguments: [String], _ variables: [String] = []) throws -> (
            status: Int32, output: String, error: String
        ) {
            try command(scratch["bundle/train"], arguments, Self.python + variables)
        }

        func command(_ path: String, _ arguments: [String], _ variables: [String] = []) throws
            -> (status: Int32, output: String, error: String)
        {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments =
                ["-i", "PATH=/usr/bin:/bin", "HOME=\(scratch["home"])"] + variables + [path] + arguments
            process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
            process.standardInput = FileHandle.nullDevice
            let handles = try ["output", "error"].map { name in
                _ = FileManager.default.createFile(atPath: scratch[name], contents: nil)
                return try FileHandle(forWritingTo: URL(fileURLWithPath: scratch[name]))
            }
            (process.standardOutput, process.standardError) = (handles[0], handles[1])
            try process.run()
            process.waitUntilExit()
            let texts = try ["output", "error"].map { try String(contentsOfFile: scratch[$0], encoding: .utf8) }
            return (process.terminationStatus, texts[0], texts[1])
        }

        /// The interpreter of `make setup-training`; its PyTorch may stand in a folder of its own.
        private static var python: [String] {
            let environment = ProcessInfo.processInfo.environment
            let cache =
                environment["VRVQ_CACHE"] ?? "\(environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache")/vrvq"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(cache)/torch")) ?? []
            let own = names.filter { $0.hasPrefix("python-") && !$0.hasSuffix(".partial") }.max()
            return (own.map { ["PYTHONPATH=\(cache)/torch/\($0)"] } ?? [])
                + (environment["PYTHON"].map { ["PYTHON=\($0)"] } ?? [])
        }
    }

    extension Trait where Self == ConditionTrait {
        /// Skips where Scripts/test.sh has not built a statically linked program.
        fileprivate static var needsBundleProgram: Self {
            .enabled(
                if: ProcessInfo.processInfo.environment["VRVQ_BUNDLE_PROGRAM"] != nil,
                "no statically linked program; run make test FILTER=Bundle")
        }
    }
#endif
