#!/bin/sh
# Builds the kernels and neon-compare.c for aarch64 with clang and runs them under qemu-user.
# Needs clang, lld, qemu-user and an aarch64 C library (Debian and Ubuntu: qemu-user gcc-aarch64-linux-gnu
# libc6-dev-arm64-cross). Without them it says so and succeeds, unless VRVQ_REQUIRE_NEON=1.
set -eu

tests=$(cd "$(dirname "$0")" && pwd)
kernels=$(cd "$tests/../../Sources/CVRVQKernels" && pwd)
sysroot=${VRVQ_AARCH64_SYSROOT:-/usr/aarch64-linux-gnu}
clang=${CLANG:-clang}

missing() {
    echo "skipped: $1"
    [ "${VRVQ_REQUIRE_NEON:-0}" = 1 ] && exit 1
    exit 0
}

command -v "$clang" >/dev/null || missing "no clang"
command -v aarch64-linux-gnu-gcc >/dev/null || missing "no aarch64-linux-gnu-gcc (its libraries are needed)"
[ -d "$sysroot/include" ] || missing "no aarch64 C library at $sysroot"
emulator=$(command -v qemu-aarch64 || command -v qemu-aarch64-static) || missing "no qemu-aarch64"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The cross compiler of GCC links: it knows where its libraries are.
for level in 0 2; do
    for source in "$kernels"/*.c "$tests/neon-compare.c"; do
        "$clang" --target=aarch64-linux-gnu -isystem "$sysroot/include" -std=c2x -O$level -Wall -Wextra -Werror \
            -I "$kernels/include" -c "$source" -o "$work/$(basename "$source" .c).o"
    done
    aarch64-linux-gnu-gcc -static "$work"/*.o -lm -o "$work/compare-$level"
    "$emulator" "$work/compare-$level"
done
