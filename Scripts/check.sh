#!/bin/sh
# Everything about the project that can be checked without building it. One line per finding; ends with 1 if any.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

largest_file=24000000
most_audio=$((4 * 1024 * 1024))
longest_file=600

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
failed=0
complain() { printf 'check: %s\n' "$*" >&2; failed=1; }

# Prints every line of standard input as a finding of the given kind.
complain_lines() {
    while IFS= read -r line; do printf 'check: %s: %s\n' "$1" "$line" >&2; echo 1 >"$work/failed"; done
}

# Files of the project: what git tracks or would track; outside a git checkout, all but what is built.
list_files() {
    git -c safe.directory="$PWD" ls-files -z --cached --others --exclude-standard 2>/dev/null ||
        find . \( -name '.build*' -o -name .git -o -name output \) -prune -o -type f -print0
}

check_format() {
    swift format lint --strict --parallel --recursive Package.swift Sources Tests \
        Laboratory/Package.swift Laboratory/Sources Laboratory/Tests ||
        complain "formatting differs (above); run: make format"
}

# Sizes in bytes and paths, one file a line.
sizes() { xargs -0 wc -c <"$work/files" 2>/dev/null | sed 's/^ *//; s/\.\///' | grep -v '^[0-9]* total$'; }

check_sizes() {
    sizes >"$work/sizes"
    awk -v limit="$largest_file" '$1 > limit { printf "%s (%d bytes; keep files under %d)\n", substr($0, length($1) + 2), $1, limit }' \
        "$work/sizes" | complain_lines "file too large"
    grep -iE '\.(wav|flac|ogg|oga|opus|mp3|aiff?|aifc|caf|au|w64|m4a|vrvq)$' "$work/sizes" >"$work/audio" || true
    sed 's/^[0-9]* //' "$work/audio" | grep -vE '^(Samples|Tests)/' |
        complain_lines "audio belongs into Samples or a test's fixtures"
    total=$(awk '{ sum += $1 } END { print sum + 0 }' "$work/audio")
    [ "$total" -le "$most_audio" ] || complain "$total bytes of audio in the project, more than $most_audio; shorten it"
}

check_products() {
    tr '\0' '\n' <"$work/files" |
        grep -E '(^|/)\.build|(^|/)(output|__pycache__|\.swiftpm)/|\.(o|a|so|dylib|swiftmodule|swiftdoc|xctest|profraw|profdata|pyc)$|(^|/)\.DS_Store$' |
        complain_lines "build product in the project" || true
}

# One mention per target that has code; system libraries have none.
check_warnings() {
    swift package --package-path "$1" dump-package >"$work/package.json"
    targets=$(grep -cE '"type" : "(regular|executable|test)"' "$work/package.json" || true)
    strict=$(grep -c '"treatAllWarnings"' "$work/package.json" || true)
    [ "$targets" = "$strict" ] ||
        complain "$1/Package.swift: $strict of $targets targets treat warnings as errors; all must"
}

check_layers() {
    swift package --package-path "$1" describe >"$work/description"
    find "$1/Sources" -name '*.swift' -print0 |
        xargs -0 awk -f Scripts/layers.awk Scripts/layers.txt "$work/description" |
        complain_lines "arrow that the architecture does not have"
}

# Prints FILE:LINE: TEXT of code lines (not comment lines) that match the expression.
find_code() {
    expression=$1
    shift
    grep -rnE --include='*.swift' --include='*.c' --include='*.h' --include='*.inc' -- "$expression" "$@" |
        grep -vE '^[^:]*:[0-9]+:[[:space:]]*(//|\*)' || true
}

check_calls() {
    find_code 'String\(format:' Sources Laboratory/Sources | complain_lines "String(format:) links the whole of ICU, write the number yourself"
    find_code '(^|[^A-Za-z0-9_.])(print|debugPrint|fopen|FileHandle|FileManager)\(' \
        Sources/VRVQ Sources/VRVQNetwork Sources/VRVQDefaultModel |
        complain_lines "the codec rooms print nothing and open no files"
    find_code '(^|[^A-Za-z0-9_])(malloc|calloc|realloc|free|printf|fprintf)\(' Sources/CVRVQKernels |
        complain_lines "kernels allocate and print nothing"
}

check_dependencies() {
    {
        sed -n 's/.*\.package(url: *"[^"]*\/\([^"/]*\)".*/\1/p' Package.swift Laboratory/Package.swift |
            sed 's/\.git$//'
        sed -n 's/.*\.apt(\["\([^]]*\)"\]).*/\1/p' Package.swift | tr -d '" ' | tr ',' '\n'
    } | sort -u | while IFS= read -r name; do
        grep -qF -- "$name" Documentation/DEPENDENCIES.md || echo "$name"
    done | complain_lines "Documentation/DEPENDENCIES.md does not name"
}

check_lengths() {
    find Package.swift Sources Tests Scripts Laboratory -name '.build*' -prune -o \( -name '*.swift' -o -name '*.c' -o -name '*.h' -o -name '*.inc' \
        -o -name '*.cpp' -o -name '*.sh' -o -name '*.awk' \) -print0 |
        xargs -0 awk -v limit="$longest_file" -f Scripts/lengths.awk || failed=1
}

list_files >"$work/files"
check_format
check_sizes
check_products
for package in . Laboratory; do
    check_warnings "$package"
    check_layers "$package"
done
check_calls
check_dependencies
check_lengths
[ ! -e "$work/failed" ] || failed=1
[ "$failed" = 1 ] || echo "check: nothing to complain about"
exit "$failed"
