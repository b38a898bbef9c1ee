#!/bin/sh
# Builds what an installation consists of, and puts it in place or removes it.
#
#     Scripts/install.sh stage        build into .build-install/stage
#     Scripts/install.sh install      stage, then copy to $VRVQ_DESTDIR$VRVQ_PREFIX
#     Scripts/install.sh uninstall    remove those files again
#
# Under sudo an existing stage is only copied: root often has no Swift on its PATH, and must not build in a user's folder.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

scratch=.build-install
stage=$scratch/stage
prefix=${VRVQ_PREFIX:-/usr/local}
target=${VRVQ_DESTDIR:-}$prefix
files='bin/vrvq
share/man/man1/vrvq.1
share/bash-completion/completions/vrvq
share/zsh/site-functions/_vrvq
share/fish/vendor_completions.d/vrvq.fish'

fail() { printf 'install: %s\n' "$*" >&2; exit 1; }
say() { printf 'install: %s\n' "$*"; }

case $prefix in /*) ;; *) fail "PREFIX must be an absolute path, not '$prefix'" ;; esac

# On Linux the Swift libraries are linked in, so that the program runs on machines without the toolchain; macOS has them.
build() {
    static=--static-swift-stdlib
    if [ "$(uname -s)" = Darwin ]; then static=; fi
    swift build -c release --scratch-path "$scratch" ${static:+"$static"} --product "$1"
}

# The manual's date is that of the last change, so that the same sources give the same page.
manual() {
    date=$(git -c safe.directory="$PWD" log -1 --format=%cs 2>/dev/null || date +%Y-%m-%d)
    "$1/generate-manual" "$1/vrvq" --date "$date" --output-directory "$stage/share/man/man1"
}

make_stage() {
    build vrvq
    build generate-manual
    binaries=$(swift build -c release --scratch-path "$scratch" --show-bin-path)
    rm -rf "$stage"
    mkdir -p "$stage/bin" "$stage/share/man/man1" "$stage/share/bash-completion/completions" \
        "$stage/share/zsh/site-functions" "$stage/share/fish/vendor_completions.d"
    cp "$binaries/vrvq" "$stage/bin/vrvq"
    # Not on macOS, where it would break the program's signature.
    if [ "$(uname -s)" != Darwin ]; then strip "$stage/bin/vrvq"; fi
    manual "$binaries"
    "$stage/bin/vrvq" --generate-completion-script bash >"$stage/share/bash-completion/completions/vrvq"
    "$stage/bin/vrvq" --generate-completion-script zsh >"$stage/share/zsh/site-functions/_vrvq"
    "$stage/bin/vrvq" --generate-completion-script fish >"$stage/share/fish/vendor_completions.d/vrvq.fish"
}

staged() { [ -x "$stage/bin/vrvq" ]; }

# The nearest folder above the target that exists decides whether this user may write there.
writable() {
    folder=$target
    while [ ! -e "$folder" ]; do folder=$(dirname -- "$folder"); done
    [ -d "$folder" ] && [ -w "$folder" ]
}

put_in_place() {
    writable || fail "'$target' cannot be written; run: sudo make install PREFIX='$prefix' DESTDIR='${VRVQ_DESTDIR:-}'"
    printf '%s\n' "$files" | while IFS= read -r file; do
        mode=644
        [ "$file" != bin/vrvq ] || mode=755
        mkdir -p "$target/$(dirname -- "$file")"
        # Copied beside its place and renamed: a running program keeps its old file, and none is ever half there.
        cp "$stage/$file" "$target/$file.new"
        chmod "$mode" "$target/$file.new"
        mv -f "$target/$file.new" "$target/$file"
    done
    say "installed $target/bin/vrvq, its man page and completions"
}

remove() {
    printf '%s\n' "$files" | while IFS= read -r file; do rm -f "$target/$file"; done
    say "removed vrvq from $target"
}

case ${1:-} in
    stage) make_stage ;;
    install)
        if [ -n "${SUDO_USER:-}" ] && staged; then
            say "taking what 'make release' built; run that again (without sudo) after a change"
        else
            Scripts/setup.sh 'make install'
            make_stage
        fi
        put_in_place ;;
    uninstall) remove ;;
    *) fail "say what to do: stage, install or uninstall" ;;
esac
