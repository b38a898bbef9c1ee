/// How one channel's codes of one stage went so far in a chunk.
struct StageHistory: Equatable, Sendable {
    /// The last code; nil before the first.
    var code: Int?
    /// Whether it was the same as the one before it.
    var repeated = false
    /// Whether it was the same as that of the channel before.
    var agreed = false
}

/// What is learned in a chunk about how codes follow each other (FORMAT.md, section 6.4.4).
struct CodeContexts: Sendable {
    /// By context of an equal code (`Agreement`).
    private var agreements: [Likelihood]
    private var repeats: [Likelihood]
    /// By stage (at most 3), length in bits of the number of codes seen (at most 7).
    private var isSeen: [Likelihood]

    private static let firstAgreements = [64, 128, 16, 48, 24, 64, 32, 96, 64, 192]
    private static let repetitions = [27, 145, 10, 51, 14, 71, 20, 75, 39, 139]
    private static let sightings = [
        50, 50, 55, 73, 95, 125, 115, 77,
        40, 40, 40, 39, 70, 98, 95, 65,
        27, 27, 27, 59, 96, 109, 111, 75,
        8, 8, 8, 18, 36, 58, 76, 65,
    ]

    init() {
        agreements = Self.firstAgreements.map { Likelihood($0, worth: 2) }
        repeats = Self.repetitions.map { Likelihood($0, worth: 4) }
        isSeen = Self.sightings.map { Likelihood($0, worth: 4) }
    }

    /// Of how many of the stages below a thing was true in this frame, and whether it was for this stage's last code.
    struct Agreement {
        var below = 0

        func context(stage: Int, last: Bool) -> Int {
            let first = stage == 0 ? 0 : below == stage ? 8 : 2 + 2 * min(below, 2)
            return first + (last ? 1 : 0)
        }
    }

    /// One code.
    /// - Parameters:
    ///   - beside: code of the channel before in the same frame and stage; nil where it has none.
    ///   - agreement, repetition: of the stages below in this frame.
    mutating func code<Coder: SymbolCoder>(
        _ value: Int, stage: Int, history: StageHistory, codes: CodeHistory, beside: Int?, agreement: Agreement,
        repetition: Agreement, _ coder: inout Coder
    ) -> Int {
        var ruledOut = Exclusions()
        if let beside {
            if agrees(value == beside, stage: stage, agreement, wasAgreed: history.agreed, &coder) { return beside }
            if codes.isSeen(beside) { ruledOut.insert(codes.index(of: beside)) }
        }
        if let last = history.code, last != beside {
            let context = repetition.context(stage: stage, last: history.repeated)
            if coder.flag(value == last, &repeats[context]) { return last }
            if codes.isSeen(last) { ruledOut.insert(codes.index(of: last)) }
        }
        let code = other(value, stage: stage, codes: codes, without: ruledOut, &coder)
        coder.expect(code != beside && code != history.code)
        return code
    }

    /// Whether a code is that of the channel before.
    mutating func agrees<Coder: SymbolCoder>(
        _ value: Bool, stage: Int, _ agreement: Agreement, wasAgreed: Bool, _ coder: inout Coder
    ) -> Bool {
        coder.flag(value, &agreements[agreement.context(stage: stage, last: wasAgreed)])
    }

    /// A code from its own stage's history.
    private mutating func other<Coder: SymbolCoder>(
        _ value: Int, stage: Int, codes: CodeHistory, without: Exclusions, _ coder: inout Coder
    ) -> Int {
        let choices = codes.seen - without.count
        guard choices > 0 || codes.unseen > 0 else {
            coder.expect(false)
            return 0
        }
        let length = min(Int.bitWidth - codes.seen.leadingZeroBitCount, 7)
        let isOld =
            choices > 0 && codes.unseen > 0
            ? coder.flag(codes.isSeen(value), &isSeen[min(stage, 3) * 8 + length]) : choices > 0
        guard isOld else { return codes.code(at: coder.number(codes.place(of: value), below: codes.unseen)) }
        return codes.code(ofIndex: coder.index(codes.index(of: value), of: codes.weights, without: without))
    }
}
