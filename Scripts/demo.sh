#!/bin/bash
# Encodes and decodes one recording and says what it cost and where the bits went.
#
#     Scripts/demo.sh [AUDIO]       without AUDIO: the sample in Samples/
#
# Everything it makes lies in output/. VRVQ names another program to run instead of the one built here.
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
audio=${1:-}
if [ -z "$audio" ]; then
    audio=Samples/tabla.flac
elif [ "$PWD" != "$root" ] && [ "${audio#/}" = "$audio" ]; then
    audio=$PWD/$audio
fi
# A name that starts with a dash is not an option.
[ "${audio#-}" = "$audio" ] || audio=./$audio
cd -- "$root"

fail() { printf 'demo: %s\n' "$*" >&2; exit 1; }
[ -e "$audio" ] || fail "there is no file '$audio'; name one that exists: make demo AUDIO=path"
[ -f "$audio" ] || fail "'$audio' is not a file; name one audio file: make demo AUDIO=path"
[ -r "$audio" ] || fail "'$audio' cannot be read; check its permissions"

program=${VRVQ:-}
if [ -z "$program" ]; then
    swift build -c release --product vrvq
    program=$(swift build -c release --show-bin-path)/vrvq
fi

name=${audio##*/}
name=${name%.*}
name=output/${name:-audio}
stream=$name.vrvq decoded=$name.decoded.wav picture=$name.svg
mkdir -p output

# Shows the command line, runs it, and leaves the wall-clock seconds in $elapsed.
elapsed=
run() {
    printf '\n$'
    printf ' %q' vrvq "$@"
    printf '\n'
    exec 3>&1 4>&2
    elapsed=$(TIMEFORMAT=%3R; { time "$program" "$@" >&3 2>&4; } 2>&1)
    exec 3>&- 4>&-
}

bytes() { wc -c <"$1" | tr -d ' '; }

# Seconds of audio in the stream, from the program's own account of it.
seconds() { "$program" info "$1" --json | sed -n 's/.*"seconds":\([0-9.e+-]*\).*/\1/p'; }

summary() {
    awk -v original="$(bytes "$audio")" -v stream="$(bytes "$stream")" -v wave="$(bytes "$decoded")" \
        -v seconds="$(seconds "$stream")" -v encode="$encode_seconds" -v decode="$decode_seconds" '
        function line(what, size) {
            rate = seconds > 0 ? sprintf("%9.2f kbit/s", size * 8 / seconds / 1000) : ""
            share = stream > 0 && size != stream ? sprintf("  %.1f times the .vrvq file", size / stream) : ""
            printf "  %-22s %12d bytes %s%s\n", what, size, rate, share
        }
        function timing(what, took) {
            speed = seconds > 0 && took > 0 ? sprintf(", %.0f times real time", seconds / took) : ""
            printf "  %-22s %12.2f s%s\n", what, took, speed
        }
        BEGIN {
            print ""
            line("the recording", original)
            line("decoded, as WAV", wave)
            line("the .vrvq file", stream)
            timing("encoding took", encode)
            timing("decoding took", decode)
        }'
    printf '\n  listen to   %s\n  look at     %s\n' "$decoded" "$picture"
}

run encode "$audio" -o "$stream" --force --verbose
encode_seconds=$elapsed
run info "$stream"
run decode "$stream" -o "$decoded" --force --verbose
decode_seconds=$elapsed
run depth-map "$stream" -o "$picture" --force
summary
