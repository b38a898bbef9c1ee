import ArgumentParser
import VRVQ

/// `vrvq repair`.
struct Repair: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a damaged .vrvq file whole, with what is lost concealed.",
        discussion: """
            Needs no model. The time line stays: a lost stretch repeats what is whole on both sides of it for a moment \
            and is silent in between. A file that was cut off ends where it was cut.
            """)

    @Argument(help: "A .vrvq file, or - for standard input.")
    var input: String

    @Argument(help: "The new .vrvq file, or - for standard output.")
    var output: String

    @OptionGroup var reporting: OutputOptions

    func run() throws {
        do {
            try EditedFile.check(output: output, inputs: [input])
            let repaired = try Self.repaired(try EditedFile.read(input), warningOf: input)
            try EditedFile.write(repaired, to: output, overwrite: reporting.force)
            try EditedFile.report(repaired, from: [input], to: output, reporting)
        } catch { throw Failure(error, subject: input) }
    }

    /// The stream without its damage, of which a line tells.
    static func repaired(
        _ bytes: [UInt8], warningOf name: String, contextModels: ContextModels = ModelLibrary.contextModels
    ) throws -> [UInt8] {
        let inspection = try StreamInspection(bytes, contextModels: contextModels)
        let repaired = try inspection.repaired()
        if !inspection.faults.isEmpty {
            let seconds = Double(inspection.lostSamples) / Double(inspection.format.sourceRate)
            let end = inspection.totals == nil ? "; the end is missing" : ""
            Text.printError(
                "vrvq: warning: \(Text.printable(name)): \(inspection.faults.count) damaged places, "
                    + "\(Text.decimal(seconds, 3)) s are lost and concealed\(end)")
        }
        return repaired
    }
}
