import CFuzzer
import HostileInput

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The reader that this process tries, from the environment.
nonisolated let target: HostileInput = {
    let name = getenv("VRVQ_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = HostileInput(rawValue: name) else {
        let names = HostileInput.allCases.map(\.rawValue).joined(separator: ", ")
        fatalError("VRVQ_FUZZ_TARGET must be one of \(names), not '\(name)'")
    }
    return target
}()

/// What libFuzzer calls for every input. It has a `main` of its own, which looks for this name; the package manager
/// puts the one of this file in its place.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(BrokenPromise) {
        try target.run(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        fatalError(error.description)
    }
    return 0
}

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(LLVMFuzzerRunDriver(&count, &arguments, testOneInput))
