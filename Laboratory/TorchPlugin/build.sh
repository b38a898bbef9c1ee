#!/bin/sh
# Compiles the plugin against an installed PyTorch. Prints nothing on success.
#
#     build.sh TORCH OUTPUT      TORCH is the folder of the Python package, OUTPUT the library to write
#
# Needs g++ 11 or newer (or CXX=clang++), no CUDA headers. PyTorch itself is not imported: that is slow, and fails in
# an installation without the GPU's libraries.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
torch=$1
output=$2
interface=${VRVQ_CTORCH:-$here/../Sources/CTorch/include}
partial=$(mktemp "$output.XXXXXX")
trap 'rm -f "$partial" "$output.log"' EXIT
trap 'exit 130' INT

case $(uname -s) in
    Darwin) link= ;;
    *) link=-Wl,--no-as-needed ;;
esac

# The plugin finds its own libtorch by the path written into it; libtorch finds the GPU's libraries by its own.
compile() {
    # shellcheck disable=SC2086
    ${CXX:-g++} -std=c++20 -O1 -fPIC -shared -fvisibility=hidden -DUSE_DISTRIBUTED=1 "$@" \
        -I"$interface" -isystem "$torch/include" -isystem "$torch/include/torch/csrc/api/include" \
        "$here/plugin.cpp" -o "$partial" -L"$torch/lib" -Wl,-rpath,"$torch/lib" $link -ltorch_cpu -lc10
}

# PyTorch's headers for Gloo, with declarations that stand in for those of Gloo itself.
compile -DVT_WITH_GLOO=1 -DUSE_C10D_GLOO=1 -I"$here/gloo-declarations" 2>"$output.log" || {
    echo "build.sh: without data parallel: $(grep -m 1 error "$output.log" || head -n 1 "$output.log")" >&2
    compile
}
chmod 755 "$partial"
mv "$partial" "$output"
