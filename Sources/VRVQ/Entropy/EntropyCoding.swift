/// How a writer makes chunks small. Readers take all of it: every chunk says how it was written.
public enum EntropyCoding: Sendable {
    /// Plain bits only (payload codings 0 and 2): the least work, and sizes that depend on depths alone.
    case packed
    /// For each chunk the shorter of plain bits and of the adaptive range coder (payload coding 3).
    case adaptive
}
