#!/bin/bash
# Tries the readers of foreign bytes with inputs that libFuzzer makes up, under the address sanitizer.
#
#     Scripts/fuzz.sh TARGET MINUTES     one reader (a case of HostileInput); goes on with the corpus of earlier runs
#     Scripts/fuzz.sh all MINUTES        each reader so long, one after the other
#     Scripts/fuzz.sh report             executions, coverage and findings of all runs so far, from their logs
#
# Corpora, logs and findings lie in .build-fuzz/TARGET. A finding ends the run: mend the reader, and copy the file from
# .build-fuzz/TARGET/found to Fuzz/Cases/TARGET, under a name that says what it was; `make test` runs it from then on.
# libFuzzer comes with the toolchains of swift.org, not with Xcode's.
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "$0")/.."

# What no input may exceed, under the sanitizer: one allocation, the whole process, seconds. The corpus counts as well.
allocation_mb=256
process_mb=1536
seconds=20

targets=$(sed -n 's/^    case \([a-z]*\)$/\1/p' Tests/HostileInput/HostileInput.swift)

say() { printf 'fuzz: %s\n' "$*" >&2; }

# The instruments go everywhere: -sanitize=fuzzer for the codec's own branches, not those of the harness alone.
build() {
    swift build --package-path Fuzz -c release --product Fuzz -Xswiftc -sanitize=fuzzer,address \
        -Xcc -fsanitize=address,fuzzer-no-link >&2
    program=$(swift build --package-path Fuzz -c release --show-bin-path)/Fuzz
}

# Longest input that is made up; fixtures beyond it are left out.
longest() {
    case $1 in
        safetensors | checkpoint) echo 65536 ;;
        *) echo 4096 ;;
    esac
}

# The bytes that a target takes in front of a stream.
front() {
    case $1 in
        transcode) printf '\001' ;;
        reduce) printf '\001\000' ;;
        cut) printf '\000\012\000\132\000\002\002\000' ;;
        tags) printf '\003keyval' ;;
    esac
}

# Fixtures that a target reads.
fixtures() {
    case $1 in
        safetensors) ls Tests/VRVQTests/Model/Fixtures/*.safetensors ;;
        checkpoint) ls Tests/VRVQTests/Model/Fixtures/*.pth ;;
        dac) ls Tests/VRVQArraysTests/Fixtures/*.dac ;;
        arrays) ls Tests/VRVQArraysTests/Fixtures/*.np[yz] Tests/Fixtures/golden/* ;;
        payload | learned | range) ;;
        *) ls Tests/Fixtures/golden/*.vrvq Tests/Fixtures/faulty/*.vrvq ;;
    esac
}

make_seeds() {
    local file
    rm -rf "$work/seeds"
    mkdir -p "$work/seeds"
    for file in $(fixtures "$1"); do
        { front "$1"; cat "$file"; } >"$work/seeds/$(basename "$file")"
    done
    for file in Fuzz/Seeds/"$1"/* Fuzz/Cases/"$1"/*; do
        if [ -f "$file" ]; then cp "$file" "$work/seeds/"; fi
    done
}

fuzz() {
    local status=0
    work=.build-fuzz/$1
    mkdir -p "$work/corpus" "$work/found"
    make_seeds "$1"
    say "$1 for $2 minutes; log in $work/log"
    VRVQ_FUZZ_TARGET=$1 ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}" \
        "$program" -max_total_time=$(($2 * 60)) -max_len="$(longest "$1")" -timeout=$seconds \
        -rss_limit_mb=$process_mb -malloc_limit_mb=$allocation_mb -dict=Fuzz/dictionary \
        -artifact_prefix="$work/found/" -print_final_stats=1 "$work/corpus" "$work/seeds" >>"$work/log" 2>&1 ||
        status=$?
    tail -n 1 <(grep -a 'DONE\|ERROR' "$work/log") >&2
    if [ "$status" != 0 ]; then say "$1 found something: see $work/log and $work/found"; fi
    return "$status"
}

# Of one log: runs that ended, their seconds and executions, the greatest coverage, the peak of memory.
summary() {
    awk -v target="$1" '
        /^INFO: Running with entropic/ { runs++ }
        /^stat::number_of_executed_units:/ { executions += $2 }
        /^stat::peak_rss_mb:/ { if ($2 > peak) peak = $2 }
        /^Done [0-9]+ runs in/ { time += $5 }
        / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:" && $(i + 1) > cov) cov = $(i + 1)
                   if ($2 == "INITED" && !first) for (i = 1; i < NF; i++) if ($i == "cov:") first = $(i + 1) }
        /ERROR: libFuzzer|ERROR: AddressSanitizer/ { findings++ }
        END { printf "%-12s %4d %8d %10d %8d %8d %6d %9d\n", target, runs, time, executions, first, cov, peak, findings }
    ' ".build-fuzz/$1/log"
}

report() {
    printf '%-12s %4s %8s %10s %8s %8s %6s %9s\n' target runs seconds executions edges0 edges MB findings
    local target
    for target in $targets; do
        if [ -f ".build-fuzz/$target/log" ]; then summary "$target"; fi
    done
}

main() {
    local target status=0
    case ${1:-} in
        report) report ;;
        all)
            build
            for target in $targets; do fuzz "$target" "${2:-20}" || status=1; done
            report
            return "$status"
            ;;
        *)
            if ! grep -qx -- "${1:-}" <<<"$targets"; then
                say "TARGET must be one of:" $targets
                return 2
            fi
            build
            fuzz "$1" "${2:-20}"
            ;;
    esac
}

case ${2:-20} in
    *[!0-9]* | '') say "MINUTES must be a whole number, not '$2'"; exit 2 ;;
esac
main "$@"
