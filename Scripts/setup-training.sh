#!/bin/sh
# Brings PyTorch for the laboratory and compiles the plugin against it. Prints one line of what it found; repeats
# nothing that is there already.
#
#     Scripts/setup-training.sh            TORCH_VERSION=2.11.0 chooses a version, PYTHON=python3 an interpreter
#
# The PyTorch that the interpreter already has is used where it is new enough (and of the version asked for). Otherwise
# the smallest installation that computes on the CPU is made in the user's cache, from PyPI: about 550 MB to fetch.
#
#     $VRVQ_CACHE/torch (by default ~/.cache/vrvq/torch)
#         python-VERSION/               a private PyTorch
#         plugin-VERSION-KEY.so         the plugin; KEY stands for its source and for the place of its PyTorch
#         libvrvqtorch-INTERFACE.so     link to the plugin in use; the laboratory's programs look for it here
#         tensorboard/                  the package of that name, where the interpreter has none: tests read event files
#                                       with it, training does not need it (25 MB to fetch)
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

python=${PYTHON:-python3}
default_version=2.11.0
cache=${VRVQ_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/vrvq}/torch
plugin_source=Laboratory/TorchPlugin
header=Laboratory/Sources/CTorch/include/CTorch.h

say() { printf 'setup-training: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# What is missing of the compiler, Python and pip, as Debian's packages.
missing_tools() {
    have "${CXX:-g++}" || echo g++
    have "$python" || echo python3
    "$python" -m pip --version >/dev/null 2>&1 || echo python3-pip
}

install_tools() {
    have "${CXX:-g++}" || [ -z "${CXX:-}" ] || fail "CXX names $CXX, which is not a program"
    packages=$(missing_tools | sort -u | tr '\n' ' ' | sed 's/ $//')
    [ -n "$packages" ] || return 0
    [ "$(uname -s)" != Darwin ] || fail "missing: $packages; run: xcode-select --install; brew install python"
    have apt-get || fail "missing: $packages; install them with this system's package manager"
    [ "$(id -u)" = 0 ] || fail "missing; run: sudo apt-get update && sudo apt-get install -y $packages"
    say "installing $packages"
    # shellcheck disable=SC2086
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } \
        </dev/null >/dev/null 2>&1 || fail "apt-get could not install $packages; check the network"
}

# "FOLDER VERSION" of the PyTorch that the interpreter finds; nothing where it has none.
installed_torch() { "$python" "$plugin_source/find-torch.py" 2>/dev/null || true; }

# True for 2.9 and newer.
is_new_enough() {
    case $1 in
        2.[0-8] | 2.[0-8].* | [01].*) return 1 ;;
        *) return 0 ;;
    esac
}

version_of() { sed -n "s/^__version__ = '\([0-9.]*\).*/\1/p" "$1/version.py"; }

# The CUDA version that a wheel was built for, as 13.0; nothing for a build without.
cuda_of() { sed -n "s/^cuda.* = '\([0-9]*\.[0-9]*\).*/\1/p" "$1/version.py"; }

pip_into() {
    folder=$1
    shift
    messages=$(PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check --no-input \
        --no-deps --no-compile --target "$folder" "$@" 2>&1) && return 0
    rm -rf "$folder"
    reason=$(printf '%s\n' "$messages" | grep -m 1 -E '^ *(ERROR|error)' | cut -c 1-200) || true
    fail "pip could not fetch $* (${reason:-no reason given}); check the network"
}

# libtorch_cpu of a wheel for CUDA asks for two of NVIDIA's libraries even when it computes on the CPU.
make_private_torch() {
    version=$1
    partial=$cache/python-$version.partial
    rm -rf "$partial"
    mkdir -p "$cache"
    say "fetching PyTorch $version into $cache (about 550 MB, once)"
    pip_into "$partial" "torch==$version"
    cuda=$(cuda_of "$partial/torch")
    case $cuda in
        '') ;;
        1[0-2].*) pip_into "$partial" "nvidia-cuda-runtime-cu${cuda%.*}==$cuda.*" "nvidia-cuda-cupti-cu${cuda%.*}==$cuda.*" ;;
        *) pip_into "$partial" "nvidia-cuda-runtime==$cuda.*" "nvidia-cuda-cupti==$cuda.*" ;;
    esac
    mv "$partial" "$cache/python-$version"
}

# Sets `torch`, `version` and `origin`.
find_torch() {
    found=$(installed_torch)
    torch=${found% *}
    version=${found##* }
    origin="of $python"
    if [ -n "$found" ] && is_new_enough "$version" && [ "${TORCH_VERSION:-$version}" = "$version" ]; then return 0; fi
    version=${TORCH_VERSION:-$default_version}
    is_new_enough "$version" || fail "PyTorch $version is too old, 2.9 or newer is needed"
    [ -d "$cache/python-$version" ] || make_private_torch "$version"
    torch=$cache/python-$version/torch
    origin="of its own"
}

# Without it everything trains; only a test wants it.
find_tensorboard() {
    if [ -d "$cache/tensorboard" ]; then return 0; fi
    "$python" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("tensorboard") is None)' && return 0
    rm -rf "$cache/tensorboard.partial"
    if PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check --no-input \
        --no-compile --target "$cache/tensorboard.partial" tensorboard >/dev/null 2>&1; then
        mv "$cache/tensorboard.partial" "$cache/tensorboard"
    else
        rm -rf "$cache/tensorboard.partial"
        say "pip could not fetch tensorboard, which the test of event files reads them with; training does not need it"
    fi
}

build_plugin() {
    interface=$(sed -n 's/^#define VT_ABI_VERSION \([0-9]*\)$/\1/p' "$header")
    key=$({ find "$plugin_source" -type f | LC_ALL=C sort | xargs cat; cat "$header"; echo "$torch"; } | cksum | tr ' ' '-')
    plugin=$cache/plugin-$version-$key.so
    mkdir -p "$cache"
    if [ ! -e "$plugin" ]; then
        messages=$("$plugin_source/build.sh" "$torch" "$plugin" 2>&1) ||
            fail "the plugin does not compile: $(printf '%s\n' "$messages" | grep -m 1 error ||
                printf '%s\n' "$messages" | tail -n 1)"
        [ -z "$messages" ] || say "$messages"
    fi
    ln -sfn "$(basename "$plugin")" "$cache/libvrvqtorch-$interface.so"
}

[ -z "${VRVQ_TORCH_PLUGIN:-}" ] || {
    [ -r "$VRVQ_TORCH_PLUGIN" ] || fail "VRVQ_TORCH_PLUGIN names $VRVQ_TORCH_PLUGIN, which cannot be read"
    echo "training: the plugin that VRVQ_TORCH_PLUGIN names, $VRVQ_TORCH_PLUGIN"
    exit 0
}
install_tools
find_torch
build_plugin
find_tensorboard
echo "training: PyTorch $version $origin ($torch), plugin $plugin"
