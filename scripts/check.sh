#!/usr/bin/env bash
# The quick half: format, lint, types, and the tests that start nothing. Under a minute.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly BIN=.venv/bin

step() {
    printf '\n· %s\n' "$1"
    shift
    "$@"
}

step "format" "$BIN/ruff" format --check .
step "lint" "$BIN/ruff" check .
step "types" "$BIN/mypy"
step "unit, house, docs" "$BIN/python" -m pytest -q -n 3 --dist worksteal tests/house tests/unit tests/docs
