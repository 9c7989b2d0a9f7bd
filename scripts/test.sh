#!/usr/bin/env bash
# The slow half: real files, real processes, the real CLI, a real browser, the built wheel.
# Every suite runs, even after one has failed; the last lines say which.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly BIN=.venv/bin

failed=()
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT

run() { # <name> <title> <command...>
    local name=$1 title=$2
    shift 2
    printf '\n· %s\n' "$title"
    "$@" 2>&1 | tee "$said/$name" || failed+=("$name")
}

suite() { # <name> [further arguments]
    run "$1" "$1" "$BIN/python" -m pytest -q "tests/$1" "${@:2}"
}

proof() { # <name> [its size]
    run "$1" "$1, in short" "$BIN/python" -m proofs "$@"
}

why() { # <name>: the lines that say what failed, its last line, then the ends of its logs
    local told
    told=$(grep -E '^(FAILED|ERROR|TROUBLE|VIOLATION|  replay)' "$said/$1" || tail -n 10 "$said/$1")
    printf '\n· why %s failed\n%s\n' "$1" "$(tail -n 12 <<<"$told" | cut -c -300)"
    tail -n 1 "$said/$1"
    grep '^  log ' "$said/$1" | tail -n 6 | cut -c -300 || true
}

suite contract -n 2 --dist worksteal
suite integration -n 3 --dist worksteal
suite acceptance -n 3 --dist worksteal
suite browser -n 2 --dist worksteal
suite proofs -n 2 --dist load --maxschedchunk 1
proof chaos --runs 15 --seed 1
proof isolation --sessions 40 --seed 1
proof soak --turns 500

run documents documents env NO_MKDOCS_2_WARNING=1 "$BIN/mkdocs" build --quiet
run wheel wheel scripts/check_wheel.sh

if [ ${#failed[@]} != 0 ]; then
    for name in "${failed[@]}"; do why "$name"; done
    printf '\ncarrel: failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
printf '\n· everything passed\n'
