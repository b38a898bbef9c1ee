#!/bin/bash
# Runs the tests.
#
#     Scripts/test.sh            checks, every test in release mode, then $VRVQ_SANITIZED in debug mode under the
#                                address sanitizer (memory errors and traps that optimised code may hide)
#     Scripts/test.sh FILTER     release mode, only the tests whose name matches the regular expression
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/.."

filter=${1:-}
sanitized=${VRVQ_SANITIZED:-Container|Hostile|Kernel}

# swift test with the given options. A run in which nothing matched is a failure: a misspelt filter must not pass.
run_tests() {
    local log status=0
    log=$(mktemp)
    swift test --disable-xctest "$@" 2>&1 | tee "$log" || status=$?
    if [ "$status" = 0 ] && grep -qE 'No matching test cases|Test run with 0 tests' "$log"; then
        echo "test: no test ran for: swift test $*" >&2
        status=1
    fi
    rm -f "$log"
    return "$status"
}

# Without testable imports the tests run the very objects that `swift build -c release` makes, and share them.
release_tests() { run_tests -c release --disable-testable-imports "$@"; }

# -O1 for C: the kernels are ten times slower without it, and the sanitizer sees as much.
sanitized_tests() {
    export ASAN_OPTIONS="detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
    run_tests --sanitize=address --scratch-path .build-asan -Xcc -O1 --filter "$sanitized"
}

if [ -n "$filter" ]; then
    release_tests --filter "$filter"
else
    Scripts/check.sh
    release_tests
    sanitized_tests
fi
