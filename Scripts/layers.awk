# Compares what the package declares and imports with Scripts/layers.txt.
#
#     awk -f layers.awk layers.txt DESCRIPTION FILE.swift...
#
# DESCRIPTION is the output of `swift package describe`. Prints one line per arrow that is not allowed and ends with 1.

function complain(text) { print "layers: " text; failed = 1 }

function allowed(target, module) { return (target, module) in arrow || ("system", module) in arrow || target == module }

FNR == 1 { file++ }

# The table.
file == 1 && /^[A-Za-z]+:/ {
    target = $1
    sub(/:.*/, "", target)
    known[target] = 1
    for (i = 2; i <= NF; i++) arrow[target, $i] = 1
    next
}
file == 1 { next }

# The manifest: targets, their kind and their dependencies; tests may depend on any room.
file == 2 && /^    Name: / { name = $2; block = "" }
file == 2 && /^    Type: / { tested = ($2 == "test") || name == "TestSupport" }
file == 2 && /^    [A-Z]/ { block = "" }
file == 2 && /^    (Target|Product) dependencies:/ { block = "dependencies"; checkTarget(); next }
file == 2 && /^    Module type:/ { checkTarget() }
file == 2 && block != "" && /^        / && !tested && !allowed(name, $1) {
    complain("Package.swift: " name " must not depend on " $1)
}
file == 2 { next }

function checkTarget() {
    if (tested || name in known) return
    complain("Scripts/layers.txt does not name the target " name)
    known[name] = 1
}

# The sources: .../Sources/TARGET/...
FNR == 1 {
    target = FILENAME
    sub(/^(.*\/)?Sources\//, "", target)
    sub(/\/.*/, "", target)
}
/^[ \t]*((@[A-Za-z_]+(\([^)]*\))?|public|package|internal|fileprivate|private)[ \t]+)*import[ \t]/ {
    line = $0
    sub(/^.*import[ \t]+/, "", line)
    sub(/^(struct|class|enum|protocol|func|var|let|typealias)[ \t]+/, "", line)
    sub(/[^A-Za-z0-9_].*/, "", line)
    if (!allowed(target, line)) complain(FILENAME ":" FNR ": " target " must not import " line)
}

END { exit failed }
