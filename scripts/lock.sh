#!/usr/bin/env bash
# Locks every dependency with its hashes, for every platform and Python that Carrel runs on.
# Give UPGRADE=1 to move to newer versions; without it only what changed is locked anew.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v uv >/dev/null || {
    echo "make lock needs uv; install it with: pipx install uv" >&2
    exit 1
}

compile() { # <lock> [further arguments]
    local lock=$1
    shift
    echo "· locking $lock"
    uv pip compile pyproject.toml requirements/build.in "$@" --quiet --no-config \
        --universal --python-version 3.11 --generate-hashes ${UPGRADE:+--upgrade} \
        --custom-compile-command "make lock" --output-file "$lock" >/dev/null
}

compile requirements/base.lock
compile requirements/dev.lock --group dev
