#!/bin/sh
# Builds vrvq-train so that it runs without the toolchain, and writes a folder that trains on another machine.
#
#     Scripts/bundle.sh program              build; print the program's path
#     Scripts/bundle.sh FOLDER [OPTION...]   build, then `vrvq-train bundle -o FOLDER OPTION...`
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

scratch=Laboratory/.build-bundle
fail() { printf 'bundle: %s\n' "$*" >&2; exit 1; }
[ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || fail "a bundle can be made on Linux on x86-64 only"

# A release build with other options keeps other objects: hence the folder of its own.
build() {
    swift build -c release --static-swift-stdlib --package-path Laboratory --scratch-path "$scratch" --product vrvq-train \
        >&2
    binaries=$(swift build -c release --package-path Laboratory --scratch-path "$scratch" --show-bin-path 2>/dev/null)
    program=$PWD/$scratch/stripped/vrvq-train
    mkdir -p "$scratch/stripped"
    strip -o "$program.new" "$binaries/vrvq-train"
    mv -f "$program.new" "$program"
}

case ${1:-} in
    program)
        build
        printf '%s\n' "$program" ;;
    '' | -*) fail "name the folder to write" ;;
    *)
        folder=$1
        shift
        build
        exec "$program" bundle -o "$folder" "$@" ;;
esac
