/// The version of the program, as `vrvq --version` prints it and CHANGELOG.md names it.
enum Version {
    static let number = "0.1.0"
}
