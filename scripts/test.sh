#!/usr/bin/env bash
# The slow half: real files, real processes, the real CLI, a real browser, the built wheel.
# Every suite runs, even after one has failed; the last lines say which.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly BIN=.venv/bin

failed=()

suite() { # <name> [further arguments]
    local name=$1
    shift
    printf '\n· %s\n' "$name"
    "$BIN/python" -m pytest -q "tests/$name" "$@" || failed+=("$name")
}

proof() { # <name> [its size]
    printf '\n· %s, in short\n' "$1"
    "$BIN/python" -m proofs "$@" || failed+=("$1")
}

suite contract -n 2
suite integration -n 2
suite acceptance -n 2
suite browser -n 2
suite proofs
proof chaos --runs 15 --seed 1
proof isolation --sessions 40 --seed 1
proof soak --turns 500

printf '\n· documents\n'
NO_MKDOCS_2_WARNING=1 "$BIN/mkdocs" build --quiet || failed+=(documents)

printf '\n· wheel\n'
scripts/check_wheel.sh || failed+=(wheel)

if [ ${#failed[@]} != 0 ]; then
    printf '\ncarrel: failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
printf '\n· everything passed\n'
