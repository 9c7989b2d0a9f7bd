#!/usr/bin/env bash
# Makes .venv what the locks say, and installs the Debian packages that are asked for.
# Nothing is done twice: a stamp remembers what was installed.
#
#   scripts/setup.sh base|dev [command=package …]
#
# Each `command=package` is installed where this may be done without a question; elsewhere one
# line says what to run, and setup goes on.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly VENV=.venv LOG=build/setup.log
readonly STAMP=$VENV/carrel-installed

say() { printf '· %s\n' "$*"; }

give_up() {
    printf 'carrel: %s\n' "$*" >&2
    exit 1
}

# --- Debian packages -------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

apt_install() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
    mkdir -p build
    as_root "${apt[@]}" install -y --no-install-recommends "$@" >>"$LOG" 2>&1 </dev/null && return
    as_root "${apt[@]}" update >>"$LOG" 2>&1 </dev/null || true
    as_root "${apt[@]}" install -y --no-install-recommends "$@" >>"$LOG" 2>&1 </dev/null
}

present() { # a command, a library by its file's name, or a file by its path, `*` allowed
    case $1 in
    /*) compgen -G "$1" >/dev/null ;;
    *.so*) /sbin/ldconfig -p | grep -F "$1" >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

packages() { # command=package … library.so.1=package …
    local pair missing=()
    for pair in "$@"; do
        present "${pair%%=*}" || missing+=("${pair#*=}")
    done
    [ ${#missing[@]} = 0 ] && return
    if may_install; then
        say "installing ${missing[*]} (once)"
        apt_install "${missing[@]}" && return
    fi
    say "please install what is missing: sudo apt-get install ${missing[*]}"
}

# --- Python ----------------------------------------------------------------------------------

readonly NEW_ENOUGH='import sys; sys.exit(sys.version_info < (3, 11))'
readonly CAN_MAKE_VENV='import ensurepip, venv'

find_python() { # the first that can make a virtual environment; else the first that is new enough
    local name fallback=
    for name in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python3.14; do
        "$name" -c "$NEW_ENOUGH" 2>/dev/null || continue
        "$name" -c "$CAN_MAKE_VENV" 2>/dev/null && { echo "$name"; return; }
        fallback=${fallback:-$name}
    done
    echo "$fallback"
}

need_venv_module() { # <python>
    local package
    "$1" -c "$CAN_MAKE_VENV" 2>/dev/null && return
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if may_install; then
        say "installing $package (once)"
        apt_install "$package" || true
    fi
    "$1" -c "$CAN_MAKE_VENV" 2>/dev/null ||
        give_up "Python cannot make a virtual environment here; run: sudo apt-get install $package"
}

make_venv() {
    local python
    "$VENV/bin/python" -c "$NEW_ENOUGH" 2>/dev/null && return
    python=$(find_python)
    [ -n "$python" ] || give_up "Python 3.11 or newer is needed; run: sudo apt-get install python3 python3-venv"
    need_venv_module "$python"
    say "making $VENV with $("$python" --version)"
    rm -rf "$VENV"
    "$python" -m venv "$VENV"
}

progress() { # pip's lines in, short lines out
    awk -v log_file="$LOG" '
        { print >> log_file }
        /^Collecting / && ++n % 10 == 0 { printf "  %d fetched\n", n; fflush() }
        /^Installing collected/ { print "  unpacking"; fflush() }'
}

pip_install() {
    "$VENV/bin/python" -m pip --disable-pip-version-check --no-input install \
        --no-deps --progress-bar off "$@" 2>&1
}

install_locked() { # <lock>
    say "installing the packages of $1 (once; a minute or two)"
    pip_install --require-hashes --only-binary=:all: -r "$1" | progress ||
        give_up "the packages could not be installed; the reason is at the end of $LOG"
}

install_carrel() {
    say "installing carrel itself"
    pip_install --no-build-isolation --quiet -e . >>"$LOG" ||
        give_up "carrel could not be installed; the reason is at the end of $LOG"
}

stamp() { # one line a kind: what it was made from
    case $1 in
        carrel) cat pyproject.toml src/carrel/__init__.py | sha256sum | cut -c1-64 ;;
        *) sha256sum <"requirements/$1.lock" | cut -c1-64 ;;
    esac
}

done_already() { # <kind>
    [ -f "$STAMP-$1" ] && [ "$(<"$STAMP-$1")" = "$(stamp "$1")" ]
}

python_packages() { # base|dev; dev holds all of base
    make_venv
    mkdir -p build
    if ! done_already dev && { [ "$1" = dev ] || ! done_already base; }; then
        : >"$LOG"
        install_locked "requirements/$1.lock"
        stamp "$1" >"$STAMP-$1"
    fi
    done_already carrel && return
    install_carrel
    stamp carrel >"$STAMP-carrel"
}

main() {
    local kind=$1
    shift
    python_packages "$kind"
    packages "$@"
}

main "$@"
