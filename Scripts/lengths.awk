# Lengths of files and of Swift functions, in lines that hold code.
#
#     awk -v limit=600 -f lengths.awk FILE...
#
# A function runs from the line of its `func`, `init`, `deinit` or `subscript` to its closing brace; blank lines and
# comment lines are not counted. Functions inside functions count in both. Prints the figures and every file of more
# than `limit` lines (all lines); ends with 1 where there is one.

function finishFile() {
    if (path == "") return
    files++
    if (lines > limit) {
        printf "lengths: %s has %d lines, more than %d; split it by topic\n", path, lines, limit
        failed = 1
    }
    if (lines > longestFile) { longestFile = lines; longestPath = path }
}

# Code without comments and without what stands in strings, so that braces can be counted.
function bare(text) {
    gsub(/\\"/, "", text)
    gsub(/"[^"]*"/, "", text)
    sub(/\/\/.*/, "", text)
    gsub(/\.(init|subscript|func)/, "", text)
    return text
}

function closeFunctions() {
    while (open > 0 && begun[open] && depth <= base[open]) {
        length_[++functions] = count[open]
        if (count[open] > longest) { longest = count[open]; longestPlace = path ":" start[open] }
        open--
    }
}

# Insertion into buckets: lengths are small integers.
function quantile(share,    size, seen) {
    for (size = 0; size <= longest; size++) {
        seen += bucket[size]
        if (seen >= share * functions) return size
    }
    return longest
}

FNR == 1 {
    finishFile()
    path = FILENAME
    lines = depth = open = inText = 0
}
{ lines++ }
path !~ /\.swift$/ { next }

# Text of several lines is counted, but its braces are not.
/"""/ && gsub(/"""/, "\"\"\"") % 2 == 1 { inText = !inText; for (i = 1; i <= open; i++) count[i]++; next }
inText { for (i = 1; i <= open; i++) count[i]++; next }

{
    code = bare($0)
    if (code ~ /^[ \t]*$/) next
    begins = code ~ /(^|[ \t])(func[ \t]|init[?!]?[ \t]*[(<]|deinit[ \t]*\{|subscript[ \t]*[(<])/
    # A requirement of a protocol has no body: it ends where the next member begins.
    if (begins || code ~ /^[ \t]*((static|mutating|@[A-Za-z]+)[ \t]+)*(var|let|case|associatedtype)[ \t]/)
        while (open > 0 && !begun[open]) open--
    if (begins) {
        open++
        base[open] = depth
        count[open] = 0
        begun[open] = 0
        start[open] = FNR
    }
    for (i = 1; i <= open; i++) count[i]++
    opened = gsub(/\{/, "{", code)
    depth += opened - gsub(/\}/, "}", code)
    if (opened > 0) for (i = 1; i <= open; i++) begun[i] = 1
    while (open > 0 && !begun[open] && depth < base[open]) open--
    closeFunctions()
}

END {
    finishFile()
    for (i = 1; i <= functions; i++) bucket[length_[i]]++
    if (functions > 0)
        printf "lengths: %d functions, median %d lines, 90 %% up to %d, longest %d (%s)\n", functions, quantile(0.5), \
            quantile(0.9), longest, longestPlace
    printf "lengths: %d files, longest %d lines (%s)\n", files, longestFile, longestPath
    exit failed
}
