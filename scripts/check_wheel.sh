#!/usr/bin/env bash
# Builds the wheel once and tries it in a fresh virtual environment, away from the source.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly ROOT=$PWD
readonly PIP=(-m pip --disable-pip-version-check --no-input --quiet)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() {
    printf 'carrel: the wheel: %s\n' "$*" >&2
    exit 1
}

rm -rf dist
.venv/bin/python "${PIP[@]}" wheel --no-deps --no-build-isolation --wheel-dir dist .
wheel=$(echo "$ROOT"/dist/carrel-*.whl)
version=$(basename "$wheel" | cut -d- -f2)

.venv/bin/python -m venv "$scratch/venv"
python=$scratch/venv/bin/python
"$python" "${PIP[@]}" install --no-deps --require-hashes --only-binary=:all: \
    -r requirements/base.lock
"$python" "${PIP[@]}" install --no-deps "$wheel"
"$python" "${PIP[@]}" check

cd "$scratch"
[[ "$("$scratch/venv/bin/carrel" --version)" == *"$version"* ]] || fail "carrel --version"
[[ "$("$python" -m carrel --version)" == *"$version"* ]] || fail "python -m carrel --version"
"$python" "$ROOT/scripts/same_files.py" "$ROOT/src/carrel" || fail "files are missing"
printf '%s works in a fresh environment\n' "$(basename "$wheel")"
