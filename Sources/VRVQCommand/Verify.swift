import ArgumentParser
import VRVQ

/// `vrvq verify`.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check .vrvq files: structure, every checksum, every code.",
        discussion: """
            Needs no model. Prints a line for every file and one for everything that is wrong, with the seconds that \
            are lost. Ends with 65 when a file is damaged.
            """)

    @Argument(help: ".vrvq files, folders, or - for standard input.")
    var inputs: [String]

    @Flag(name: .long, help: "Print one JSON object per file.")
    var json = false

    func run() throws {
        let files = try Inputs(inputs, extensions: ["vrvq"]).files
        var failure: Failure?
        var damaged = 0
        for file in files {
            do {
                let verdict = try Verdict(path: file.path)
                try Text.print(json ? [verdict.json.text] : verdict.lines)
                if !verdict.isWhole { damaged += 1 }
            } catch {
                let found = Failure(error, subject: file.path)
                if files.count > 1 { found.report() }
                failure = failure ?? found
            }
        }
        if damaged > 0 {
            throw Failure(.damaged, "\(damaged) of \(files.count) files damaged")
        }
        if let failure { throw files.count > 1 ? Failure(failure.status, "not every file could be read") : failure }
    }
}

/// What is wrong with one file.
private struct Verdict {
    private let path: String
    private let inspection: StreamInspection?
    private let faults: [StreamInspection.Fault]

    init(path: String) throws {
        self.path = path
        let bytes = try EditedFile.read(path)
        do throws(VRVQError) {
            let inspection = try StreamInspection(bytes, contextModels: ModelLibrary.contextModels)
            self.inspection = inspection
            faults = inspection.faults
        } catch {
            // Nothing is wrong with the stream: what it needs is not here.
            guard error.code != .modelMismatch else { throw error }
            inspection = nil
            faults = [StreamInspection.Fault(error, byteCount: bytes.count)]
        }
    }

    var isWhole: Bool { faults.isEmpty }

    private func seconds(_ samples: Int) -> Double {
        guard let format = inspection?.format else { return 0 }
        return Double(samples) / Double(format.sourceRate)
    }

    /// Seconds of the whole time line.
    private var length: Double {
        guard let inspection else { return 0 }
        let format = inspection.format
        return inspection.totals.map { seconds($0.sampleCount) }
            ?? Double(inspection.frames) * Double(format.hop) / Double(format.modelRate)
    }

    var lines: [String] {
        let name = Text.printable(path)
        guard let inspection else { return ["\(name): damaged", "  " + line(faults[0])] }
        guard !isWhole else { return ["\(name): whole, \(Text.duration(length)) in \(inspection.intactChunks) chunks"] }
        let lost = seconds(inspection.lostSamples)
        return ["\(name): damaged, \(Text.decimal(lost, 3)) s of \(Text.duration(length)) are lost"]
            + faults.map { "  " + line($0) }
    }

    private func line(_ fault: StreamInspection.Fault) -> String {
        let place = "bytes \(fault.bytes.lowerBound) to \(fault.bytes.upperBound)"
        let times =
            fault.samples.isEmpty
            ? ""
            : "\(Text.decimal(seconds(fault.samples.lowerBound), 3)) s to "
                + "\(Text.decimal(seconds(fault.samples.upperBound), 3)) s: "
        return "\(times)\(Text.printable(fault.message)) (\(place))"
    }

    var json: JSON {
        var object: [String: JSON] = [
            "file": .string(path), "whole": .bool(isWhole), "faults": .array(faults.map { json($0) }),
        ]
        if let inspection {
            object["seconds"] = .number(length)
            object["lost_seconds"] = .number(seconds(inspection.lostSamples))
            object["intact_chunks"] = .integer(inspection.intactChunks)
        }
        return .object(object)
    }

    private func json(_ fault: StreamInspection.Fault) -> JSON {
        var object: [String: JSON] = [
            "message": .string(fault.message), "first_byte": .integer(fault.bytes.lowerBound),
            "end_byte": .integer(fault.bytes.upperBound),
        ]
        if !fault.samples.isEmpty {
            object["start_seconds"] = .number(seconds(fault.samples.lowerBound))
            object["end_seconds"] = .number(seconds(fault.samples.upperBound))
        }
        return .object(object)
    }
}
