#!/bin/bash
# Runs the tests.
#
#     Scripts/test.sh            checks, every test in release mode, then $VRVQ_SANITIZED in debug mode under the
#                                address sanitizer (memory errors and traps that optimised code may hide), then the
#                                laboratory's tests
#     Scripts/test.sh FILTER     release mode, only the tests whose name matches the regular expression, in both packages
#
# Tests that need PyTorch skip where `make setup-training` has not been run; with VRVQ_REQUIRE_TORCH=1 they fail.
# VRVQ_REQUIRE_NUMPY=1 does the same for those that compare with NumPy.
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/.."

filter=${1:-}
sanitized=${VRVQ_SANITIZED:-Container|Hostile|Kernel}

# One line for all tests that skip for the same want.
without_repeated_skips() {
    awk '/skipped: "no PyTorch plugin/ {
            if (!skips++) print "skipped: no PyTorch plugin; run make setup-training"
            next
        }
        { print; fflush() }'
}

# swift test with the given options. Sets `matched` to no where no test has a matching name.
run_tests() {
    local log status=0
    log=$(mktemp)
    swift test --disable-xctest "$@" 2>&1 | without_repeated_skips | tee "$log" || status=$?
    matched=yes
    if grep -qE 'No matching test cases|Test run with 0 tests' "$log"; then matched=no; fi
    rm -f "$log"
    return "$status"
}

# A run in which nothing matched is a failure: a misspelt filter must not pass.
run_some_tests() {
    run_tests "$@"
    if [ "$matched" = no ]; then
        echo "test: no test ran for: swift test $*" >&2
        return 1
    fi
}

# Without testable imports the tests run the very objects that `swift build -c release` makes, and share them.
release_tests() { "$1" -c release --disable-testable-imports "${@:2}"; }

# A bundle is made of a program that is linked in another way; tests of it skip where VRVQ_BUNDLE_PROGRAM names none.
build_bundle_program() {
    [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || return 0
    VRVQ_BUNDLE_PROGRAM=$(Scripts/bundle.sh program)
    export VRVQ_BUNDLE_PROGRAM
}

# The package of the training. Its tests look into its rooms, so testable imports stay on.
laboratory_tests() { "$1" -c release --package-path Laboratory "${@:2}"; }

# -O1 for C: the kernels are ten times slower without it, and the sanitizer sees as much.
sanitized_tests() {
    export ASAN_OPTIONS="detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
    run_some_tests --sanitize=address --scratch-path .build-asan -Xcc -O1 --filter "$sanitized"
}

if [ -n "$filter" ]; then
    release_tests run_tests --filter "$filter"
    matched_here=$matched
    case $filter in *[Bb]undle*) build_bundle_program ;; esac
    laboratory_tests run_tests --filter "$filter"
    if [ "$matched_here$matched" = nono ]; then
        echo "test: no test's name matches $filter" >&2
        exit 1
    fi
else
    Scripts/check.sh
    release_tests run_some_tests
    sanitized_tests
    build_bundle_program
    laboratory_tests run_some_tests
fi
