#if os(Linux)
    import CBundle

    /// The shared libraries of the running program.
    struct LoadedLibraries {
        /// Files by the names under which the loader looks for them, without those that every machine has that can
        /// compile C++: glibc and the run-time libraries of GCC.
        let files: [(name: String, path: String)]

        init() {
            files = Self.paths().compactMap { path in
                let name = path.split(separator: "/").last.map { String($0) } ?? ""
                return Self.isOfSystem(name) ? nil : (name, path)
            }
        }

        /// A library of the Swift runtime, which is not to be taken along.
        var swift: String? { files.first { $0.name.hasPrefix("libswift") }?.path }

        private static let system: Set<String> = [
            "libanl", "libc", "libdl", "libm", "libmvec", "libnsl", "libpthread", "libresolv", "librt", "libutil",
            "libgcc_s", "libstdc++", "libgomp", "libatomic", "libquadmath",
        ]

        private static func isOfSystem(_ name: String) -> Bool {
            name.hasPrefix("ld-linux") || system.contains(name.split(separator: ".").first.map { String($0) } ?? "")
        }

        /// What the loader has loaded, by absolute paths.
        private static func paths() -> [String] {
            var paths: [String] = []
            withUnsafeMutablePointer(to: &paths) { paths in
                vt_loaded_libraries(
                    { $1.assumingMemoryBound(to: [String].self).pointee.append(String(cString: $0)) }, paths)
            }
            return paths
        }
    }
#endif
