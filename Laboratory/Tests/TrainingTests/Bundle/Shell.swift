import Foundation

/// What a shell prints on standard output; throws unless it ends with 0.
func shell(_ script: String, in folder: String) throws -> String {
    let process = Process(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ShellFailure(script: script, status: process.terminationStatus) }
    return String(decoding: bytes, as: UTF8.self)
}

struct ShellFailure: Error {
    let script: String
    let status: Int32
}
