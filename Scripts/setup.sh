#!/bin/sh
# Finds out what the build needs and this machine lacks, and installs it. Silent when nothing is missing.
#
#     Scripts/setup.sh [COMMAND]      COMMAND is what to repeat when something has to be done by hand
#
# As root on Debian and Ubuntu the packages are installed; everyone else is told the command in one line.
# Never calls sudo. Ends with 1 when something is still missing.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

again=${1:-make test}
needed_major=6
needed_minor=2
system=$(uname -s)
failed=0

say() { printf 'setup: %s\n' "$*" >&2; }
complain() { say "$@"; failed=1; }
have() { command -v "$1" >/dev/null 2>&1; }
have_library() { have pkg-config && pkg-config --exists "$1" 2>/dev/null; }

# A build folder made by another user (a first run as root, say) fails later with a page of noise.
check_folders() {
    for folder in .build .build-asan .build-install Laboratory/.build Laboratory/.build-bundle output; do
        if [ -e "$folder" ] && [ ! -w "$folder" ]; then
            complain "'$folder' belongs to another user; remove it as that user with: make clean"
        fi
    done
    [ -w . ] || complain "cannot write in '$PWD'; clone the project to a folder of your own"
}

# What the Swift toolchain links against and compiles with, beside itself.
missing_for_swift() {
    have ld || echo binutils
    [ -e /usr/include/stdlib.h ] || echo libc6-dev
    set -- /usr/lib/gcc/*/*/libstdc++.a
    [ -e "$1" ] || standard_cxx_package
    [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
    missing_swift_libraries
}

standard_cxx_package() {
    # shellcheck disable=SC1091
    case $( (. /etc/os-release && echo "$ID-$VERSION_ID") 2>/dev/null) in
        debian-12) echo libstdc++-12-dev ;;
        ubuntu-24.04) echo libstdc++-13-dev ;;
        *) echo g++ ;;
    esac
}

# Shared libraries that the toolchain's own programs ask for and the loader does not find.
missing_swift_libraries() {
    have swift && have ldd || return 0
    program=$(dirname -- "$(readlink -f -- "$(command -v swift)")")/swift-build
    [ -e "$program" ] || return 0
    ldd "$program" 2>/dev/null | awk '
        BEGIN {
            package["libcurl.so.4"] = "libcurl4"; package["libxml2.so.2"] = "libxml2"
            package["libsqlite3.so.0"] = "libsqlite3-0"; package["libedit.so.2"] = "libedit2"
            package["libncurses.so.6"] = "libncurses6"; package["libstdc++.so.6"] = "libstdc++6"
            package["libz.so.1"] = "zlib1g"
        }
        /not found/ && $1 in package { print package[$1] }'
}

missing_debian_packages() {
    have git || echo git
    have make || echo make
    have pkg-config || echo pkg-config
    have_library sndfile || echo libsndfile1-dev
    have_library soxr || echo libsoxr-dev
    have_library kissfft-float || echo libkissfft-dev
    have_library zlib || echo zlib1g-dev
    missing_numpy
    missing_for_swift
}

# The tests compare array files with the real NumPy; nothing else needs it.
missing_numpy() {
    case $again in 'make test'*) ;; *) return 0 ;; esac
    if have_numpy; then return 0; fi
    echo python3-numpy
}

# As the tests look for it: any python3 of the path, or that of the system.
have_numpy() {
    old_ifs=$IFS
    IFS=:
    for folder in $PATH /usr/bin; do
        if [ -x "$folder/python3" ] && "$folder/python3" -c 'import numpy' >/dev/null 2>&1; then
            IFS=$old_ifs
            return 0
        fi
    done
    IFS=$old_ifs
    return 1
}

missing_brew_packages() {
    have pkg-config || echo pkg-config
    have_library sndfile || echo libsndfile
    have_library soxr || echo libsoxr
    have_library zlib || echo zlib
    case $again in 'make test'*) have_numpy || echo numpy ;; esac
}

# Homebrew's own collection does not have kissfft.
check_kissfft_on_macos() {
    if ! have pkg-config || have_library kissfft-float; then return 0; fi
    complain "kissfft is missing; run: git clone https://github.com/mborgerding/kissfft && cmake -S kissfft" \
        "-B kissfft/build -DKISSFFT_DATATYPE=float -DKISSFFT_TOOLS=OFF -DKISSFFT_TEST=OFF &&" \
        "cmake --build kissfft/build && sudo cmake --install kissfft/build && $again"
}

missing_elsewhere() {
    for tool in git make pkg-config ld; do have "$tool" || echo "$tool"; done
    for library in sndfile soxr kissfft-float zlib; do have_library "$library" || echo "$library"; done
}

one_line() { sort -u | tr '\n' ' ' | sed 's/ $//'; }

install_with_apt() {
    log=$(mktemp)
    say "installing $1"
    # Unquoted on purpose: $1 is a list of package names.
    # shellcheck disable=SC2086
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
        install -y --no-install-recommends $1; } </dev/null >"$log" 2>&1; then
        rm -f "$log"
    else
        reason=$(grep '^E: ' "$log" | head -n 1) || true
        rm -f "$log"
        complain "apt-get failed (${reason:-no reason given}); check the network, then repeat: $again"
    fi
}

install_packages() {
    case $system in
        Darwin) packages=$(missing_brew_packages | one_line) ;;
        *) if have apt-get; then packages=$(missing_debian_packages | one_line)
           else packages=$(missing_elsewhere | one_line); fi ;;
    esac
    if [ -z "$packages" ]; then return 0; fi
    if [ "$system" = Darwin ]; then
        complain "packages are missing; run: brew install $packages && $again"
    elif ! have apt-get; then
        complain "missing: $packages; install them with this system's package manager, then repeat: $again"
    elif [ "$(id -u)" = 0 ]; then
        install_with_apt "$packages"
    else
        complain "packages are missing; run: sudo apt-get update && sudo apt-get install -y --no-install-recommends" \
            "$packages && $again"
    fi
}

# Prints "MAJOR MINOR", or nothing where Swift does not run.
swift_version() {
    swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1
}

swift_command() {
    if [ "$system" = Darwin ]; then
        echo 'install Xcode 26, or: brew install swiftly && swiftly init'
    else
        archive="swiftly-$(uname -m).tar.gz"
        echo "curl -fO https://download.swift.org/swiftly/linux/$archive && tar zxf $archive && ./swiftly init"
    fi
}

# Where installers put Swift without the current shell knowing yet.
installed_swift() {
    for folder in "${SWIFTLY_BIN_DIR:-${HOME:-}/.local/share/swiftly/bin}" /opt/swift/usr/bin /usr/local/swift/usr/bin; do
        if [ -x "$folder/swift" ]; then echo "$folder"; return 0; fi
    done
}

check_swift() {
    if ! have swift && [ -n "$(installed_swift)" ]; then
        complain "Swift is installed but not on the PATH; run: export PATH=\"$(installed_swift):\$PATH\" && $again"
        return 0
    fi
    if ! have swift; then
        complain "Swift $needed_major.$needed_minor or newer is not on the PATH" \
            "(https://www.swift.org/install): $(swift_command)"
        return 0
    fi
    version=$(swift_version)
    if [ -z "$version" ]; then
        complain "'$(command -v swift)' does not run; see why with: swift --version"
    elif [ "${version% *}" -lt "$needed_major" ] ||
        { [ "${version% *}" -eq "$needed_major" ] && [ "${version#* }" -lt "$needed_minor" ]; }; then
        complain "Swift $(echo "$version" | tr ' ' .) is too old, $needed_major.$needed_minor or newer is needed" \
            "(https://www.swift.org/install): $(swift_command)"
    fi
}

# The dependencies in Swift come over the network, once: the command's, and the laboratory's.
fetch_dependencies() {
    fetch_into . swift-argument-parser
    fetch_into Laboratory Yams
}

fetch_into() {
    if [ -d "$1/.build/checkouts/$2" ]; then return 0; fi
    if messages=$(swift package --package-path "$1" resolve </dev/null 2>&1); then return 0; fi
    reason=$(printf '%s\n' "$messages" | sed -n 's/^ *fatal: //p' | head -n 1)
    complain "could not fetch $2 (${reason:-no reason given}); check the network, then repeat: $again"
}

check_folders
install_packages
if [ "$system" = Darwin ]; then check_kissfft_on_macos; fi
check_swift
if [ "$failed" = 0 ]; then fetch_dependencies; fi
exit "$failed"
