import VRVQNetwork

/// Arrays that know how they are stored: what a fingerprint and a file are made from.
protocol StoredWeights: WeightSource {
    /// Kind of number of an array, or nil where there is none of that name.
    func elementType(of name: String) -> ElementType?
    /// Gives the stored bytes of an array (little-endian, row-major) to `body`; nil where there is none.
    func withStoredBytes<Result>(of name: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result?
}
