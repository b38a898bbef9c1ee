#if os(Linux)
    import Glibc

    /// The program `xz`. Half of a statically linked program are Unicode's tables, which Yams brings along with Foundation;
    /// they compress well.
    enum Compression {
        /// Compresses a file into a new one; gives its size.
        static func compress(_ path: String, to output: String) throws(RunError) -> Int {
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
            let words = ["xz", "-T0", "-6", "-c"]
            let arguments = words.map { (word: String) in strdup(word) } + [nil]
            defer { for argument in arguments { free(argument) } }
            var process: pid_t = 0
            let failure = posix_spawnp(&process, "xz", &actions, nil, arguments, nil)
            guard failure == 0 else {
                let reason =
                    failure == ENOENT
                    ? "there is no such program; install xz-utils" : String(cString: strerror(failure))
                throw RunError(.output, "\(output): xz cannot be started: \(reason)")
            }
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0 && errno == EINTR {}
            guard status == 0 else { throw RunError(.output, "\(output): xz could not write it; is the disk full?") }
            return try Files.read(output).count
        }
    }
#endif
