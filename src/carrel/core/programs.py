"""What is known of programs: which may be allowed for good, and with what behind them.

A program is listed when every option that is named here, and every operand that its pattern takes,
neither runs another program nor sends or writes anything where its name would not lead one to
expect it. Options are named one by one: many programs take the beginning of an option for the
whole, so that a list of bad ones would have holes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from carrel.core.shell import SimpleCommand

_PLACE = re.compile(r"(?![/~@])(?!(?:.*/)?\.\.(?:/|\Z)).*+", re.DOTALL)
"""Below the folder, as far as its name tells. `@file` gives some programs more options."""

_TEXT = re.compile(r".*+", re.DOTALL)
_NONE = re.compile(r"(?!)")
_NAME = re.compile(r"\w[\w.:-]*+", re.ASCII)
_REMOTE = re.compile("origin")
"""By any other name git may find a folder, whose configuration names programs to run."""

_BRANCH = re.compile(r"\w[\w./-]*+(?::\w[\w./-]*+)?", re.ASCII)
"""Without the `+` that forces, and with something before the `:`, or it would be deleted."""

_ITEM = re.compile(r"\w[\w.,/-]*+", re.ASCII)
"""A number, a branch, names of fields: no address, or a login would be sent to any host."""

_UNSECRET = re.compile(r"(?!.*secret)[\w.,:=!/-]++", re.ASCII | re.IGNORECASE)
"""What a cluster has, save its secrets: they would stand in the chat."""

_OPTION = re.compile(r"(?P<name>--|--?[A-Za-z][\w-]*+)(?:=(?P<value>.*+))?", re.ASCII | re.DOTALL)
_LETTERS = re.compile(r"-(?!\Z)([A-Za-z]*+)[\d,.]*+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rule:
    """What may follow the words that name what is done.

    `options`: those that may, None for all: it has no bad ones. `operands`: what each other word,
    and a value behind `=`, must match whole; `first`: the first of them, if it differs. `named`:
    the word that comes next is a part of what is done. `exactly`: only the very same again.
    """

    options: frozenset[str] | None
    operands: re.Pattern[str] = _PLACE
    first: re.Pattern[str] | None = None
    named: bool = False
    exactly: bool = False

    def allows(self, words: tuple[str, ...], folder: str) -> bool:
        """Whether each of the words that follow is one that may, in the session's `folder`."""
        operands = [word for word in words if not word.startswith("-")]
        leading = self.first or self.operands
        return (
            all(self._allows_option(word, folder) for word in words if word.startswith("-"))
            and all(_fits(leading, word, folder) for word in operands[:1])
            and all(_fits(self.operands, word, folder) for word in operands[1:])
        )

    def _allows_option(self, word: str, folder: str) -> bool:
        if self.options is not None and word in self.options:
            return True
        letters, found = _LETTERS.fullmatch(word), _OPTION.fullmatch(word)
        if letters:
            return all(self._lists(f"-{letter}") for letter in letters[1])
        if found is None or not self._lists(found["name"]):
            return False
        return found["value"] is None or _fits(self.operands, found["value"], folder)

    def _lists(self, option: str) -> bool:
        return self.options is None or option in self.options


def _fits(pattern: re.Pattern[str], word: str, folder: str) -> bool:
    """Only of places is one the same with the folder before it as without."""
    inside = f"{folder.rstrip('/')}/"
    if pattern is _PLACE:
        word = "." if f"{word}/" == inside else word.removeprefix(inside)
    return pattern.fullmatch(word) is not None


def _rule(
    options: str = "",
    operands: re.Pattern[str] = _PLACE,
    *,
    first: re.Pattern[str] | None = None,
    named: bool = False,
    exactly: bool = False,
) -> Rule:
    return Rule(frozenset(options.split()), operands, first, named, exactly)


_ANY = Rule(options=None)
_EXACTLY = Rule(options=None, operands=_TEXT, exactly=True)

_READERS = (
    "basename, cat, cmp, column, comm, cut, df, dirname, du, egrep, fgrep, free, grep, head, id,"
    " ls, md5sum, mkdir, nl, nproc, od, pwd, readlink, realpath, rev, seq, sha1sum, sha256sum,"
    " sleep, stat, tac, tail, tr, uname, uptime, wc, which, whoami"
)
"""Whatever their options are, they only read, or make an empty folder."""

_LOG = _rule(
    "-- -p -s -w -b -U -n -a -i -E -L -S -G --stat --shortstat --numstat --summary --name-only"
    " --name-status --patch --no-patch --oneline --graph --all --decorate --no-color --color"
    " --since --until --after --before --author --grep --follow --reverse --merges --no-merges"
    " --max-count --skip --format --pretty --date --abbrev-commit --first-parent --diff-filter"
    " --unified --cached --staged --word-diff --check --quiet --exit-code --ignore-all-space"
    " --merge-base --ignore-space-change --branches --tags --remotes --no-ext-diff --no-textconv"
    " --find-renames"
)
_PYTEST = _rule(
    "-- -x -v -q -s -l -k -m -r -n --tb --maxfail --lf --last-failed --ff --failed-first --nf"
    " --durations --collect-only --co --no-header --no-summary --cov --sw --stepwise --color"
    " --timeout --verbose --quiet --exitfirst --showlocals --strict-markers --no-cov"
)
_SCRIPT = (
    "-- -s -t -i --silent --watch=false --watchAll=false --run --coverage --verbose --bail --ci"
    " --grep --testNamePattern --testPathPattern --runInBand --fix --check"
)
_CARGO = _rule(
    "-- -p -q -v -r --release --all --workspace --all-features --no-default-features --features"
    " --lib --bins --bin --test --tests --examples --doc --package --exclude --verbose --quiet"
    " --locked --offline --frozen --no-run --nocapture --test-threads --ignored --exact --no-deps"
    " --all-targets --check --no-fail-fast --keep-going"
)
_GO = _rule("-v -race -run -count -short -cover -timeout -bench -benchmem -json -failfast -m")
_KUBECTL = _rule(
    "-n -o -A -l -w -c --namespace --output --all-namespaces --selector --watch --container"
    " --tail --since --previous --show-labels --no-headers --sort-by",
    _UNSECRET,
)
_DOCKER = _rule("-a -q -f -n -t --all --quiet --filter --format --tail --since --no-trunc --follow")
_GH = _rule("-L --json --limit --state --author --label --comments --name-only --log-failed", _ITEM)

RULES: Mapping[SimpleCommand, Rule] = {
    tuple(words.split()): rule
    for names, rule in (
        (_READERS, _ANY),
        ("echo", Rule(options=None, operands=_TEXT)),
        ("date", _rule("-u -R -I --utc --rfc-3339 --iso-8601", re.compile(r"\+.*+"))),
        ("diff", _rule("-u -r -q -N -w -b -B -i -U --stat --brief --unified --recursive --color")),
        (
            "find",
            _rule(
                "-H -L -P -name -iname -path -ipath -wholename -regex -iregex -type -size -empty"
                " -newer -maxdepth -mindepth -mtime -mmin -atime -ctime -perm -print -print0 -prune"
                " -not -and -or -o -a -xdev -mount -ls -printf"
            ),
        ),
        (
            "rg",
            _rule(
                "-- -n -i -l -w -c -v -o -F -P -S -s -u -H -N -I -e -A -B -C -U -t -T -g -m --files"
                " --hidden --no-ignore --glob --type --json --stats --count --files-with-matches"
                " --sort --max-count --max-depth --multiline --context --fixed-strings --no-heading"
            ),
        ),
        # Behind no dash, `e` would show what stands in the environment of every process.
        ("ps", _rule("-A -a -e -f -l -p", re.compile(r"aux|[0-9]+"))),
        ("sort", _rule("-b -d -f -g -h -i -n -r -R -u -V -z -k -t --reverse --unique")),
        ("tree", _rule("-a -d -f -L -I -P -C -s -h -D -p --dirsfirst --gitignore --noreport")),
        (
            "git status",
            _rule("-s -b -u -v -z --short --branch --porcelain --long"),
        ),
        ("git diff, git log, git show", _LOG),
        ("git add", _rule("-- -A -u -v -n -N --all --update --verbose --dry-run --intent-to-add")),
        (
            "git commit",
            _rule("-- -a -m -q -v -s --all --message --amend --no-edit --quiet --verbose", _TEXT),
        ),
        (
            "git push",
            _rule(
                "-u -n -q -v --set-upstream --tags --follow-tags --dry-run --quiet --verbose"
                " --porcelain --progress --no-progress --atomic",
                _BRANCH,
                first=_REMOTE,
            ),
        ),
        (
            "git fetch, git pull",
            _rule(
                "-p -q -v --all --tags --prune --quiet --verbose --ff-only --rebase --no-rebase",
                _BRANCH,
                first=_REMOTE,
            ),
        ),
        (
            "git branch",
            _rule(
                "-a -r -v -l --all --list --remotes --show-current --merged --no-merged --contains"
                " --sort --format --verbose"
            ),
        ),
        ("git switch", _rule("-c --create --detach", _BRANCH)),
        ("git tag", _rule("-l -n -a -m --list --annotate --message --sort --contains")),
        ("git rev-parse", _rule("--abbrev-ref --short --show-toplevel --git-dir --verify")),
        ("git ls-files", _rule("-- -c -d -m -o -s -z --others --cached --modified --deleted")),
        ("git blame", _rule("-- -L -w -M -C -s -e")),
        ("git remote -v, git stash list", _rule(operands=_NONE, exactly=True)),
        ("npm test, pnpm test, yarn test, jest, vitest run, bun test", _rule(_SCRIPT)),
        ("npm run, pnpm run", _rule(_SCRIPT, named=True)),
        ("npm ls, npm outdated, pnpm ls", _rule("--depth --all --json")),
        ("npm ci, npm install, pnpm install, yarn install, bun install", _EXACTLY),
        ("cargo build, cargo test, cargo check, cargo clippy, cargo fmt, cargo doc", _CARGO),
        ("cargo bench, cargo tree", _CARGO),
        ("go build, go test, go vet, go fmt, go list", _GO),
        ("go mod tidy, go mod download, go version", _EXACTLY),
        ("pip list, pip show, pip freeze, pip check", _rule("-v -q --outdated --format --files")),
        ("pip install, uv sync, uv lock, poetry install", _EXACTLY),
        ("pytest, python -m pytest, python3 -m pytest, uv run pytest, poetry run pytest", _PYTEST),
        (
            "ruff check, ruff format",
            _rule("-q --fix --diff --check --select --ignore"),
        ),
        ("mypy", _rule("--strict --pretty --show-error-codes --ignore-missing-imports")),
        ("black, isort", _rule("-q --check --check-only --diff --quiet")),
        ("tsc", _rule("-p --noEmit --pretty --skipLibCheck --project")),
        ("eslint", _rule("--fix --quiet --ext --max-warnings --cache")),
        ("prettier", _rule("-c -w -l --check --write --list-different")),
        # A word with `=` would set a variable, and further words would be further targets.
        (
            "make",
            _rule("-j -k -s -n -B --keep-going --silent --dry-run --jobs", _NONE, named=True),
        ),
        ("docker ps, docker images, docker logs, docker compose ps, docker compose logs", _DOCKER),
        ("kubectl get, kubectl describe, kubectl logs", _KUBECTL),
        ("gh pr view, gh pr list, gh pr diff, gh pr checks, gh pr status", _GH),
        ("gh issue view, gh issue list, gh run view, gh run list", _GH),
    )
    for words in names.split(", ")
}
"""By the words that name what is done."""

REFUSED: Mapping[str, str] = {
    "runs the command that its arguments are": (
        "abduco builtin busybox bwrap capsh catchsegv choom chronic chroot chrt command"
        " cpulimit dbus-launch devbox direnv doas dtach entr env exec fakeroot firejail flatpak"
        " flock gosu hyperfine ifne ionice ld linux ltrace mise newgrp nice nohup nsenter"
        " numactl parallel perf pkexec prlimit proot rlwrap run-parts runcon runuser sem setarch"
        " setpriv setsid sg start-stop-daemon stdbuf strace su sudo sudoedit systemd-run taskset"
        " timeout tini toybox unbuffer unshare valgrind watch xargs xvfb-run"
    ),
    "is a shell, or runs a text as its program": (
        "ash awk bash bc clojure crystal csh dart dash dc deno dotnet ed elixir emacs erl ex"
        " expect fish gawk gdb ghci gnuplot groovy guile ipdb ipython irb java jq jshell julia"
        " jupyter kotlin ksh lldb lua luajit m4 mawk mksh mysql nano nawk nim node nodejs nu"
        " nvim octave oil osascript osh pdb perl php psql pwsh pypy python r racket rbash"
        " rscript ruby sbcl scala scheme sed sh sqlite swift tclsh ts-node tsx vi view vim"
        " wasmtime wish xonsh yq zsh"
    ),
    "runs what it fetches": (
        "apk apt apt-get brew bundle bunx composer conda corepack dnf dpkg easy_install gem"
        " guix nix npx pacman pipx pnpx rpm snap uvx yum"
    ),
    "changes the shell that reads the rest of the line": (
        ". : alias autoload bg bind bindkey caller cd chdir compgen complete compopt declare dirs"
        " disown emulate enable eval exit export fc fg float functions getln getopts hash help"
        " history integer jobs let local logout mapfile popd print printf pushd read readarray"
        " readonly return sched set setopt shift shopt source suspend test trap type typeset"
        " ulimit umask unalias unfunction unhash unset vared wait zle zmodload zparseopts zpty"
        " zsocket ztcp"
    ),
    "opens an editor or a pager, and they run commands": ("gitk info less man more most tig vipe"),
    "has options that start programs": (
        "ansible at batch bsdtar bzgrep cc clang cmake cpio crictl crontab docker-compose fd"
        " fdfind file fzf g++ gcc gpg gtar helm hg install journalctl launchctl meson mount"
        " nerdctl ninja nmap open openssl patch podman rsync rustc screen script sdiff service"
        " split svn systemctl tar tcpdump terraform tmux umount unzip vagrant xdg-open xzgrep"
        " zcat zgrep zip"
    ),
    "takes what it reads to any place": ("curl ftp nc ncat netcat scp sftp socat ssh telnet wget"),
    "destroys, or takes away what protects": (
        "chattr chgrp chmod chown dd fdisk halt kill killall mkfs mkswap parted passwd pkill"
        " poweroff reboot rm rmdir setfacl sgdisk shred shutdown swapoff truncate unlink useradd"
        " userdel usermod visudo wipefs"
    ),
}
"""Programs that no pattern is offered for, by the reason."""

_REFUSED = frozenset(name for names in REFUSED.values() for name in names.split())
_FAMILIES = _REFUSED | {words[0] for words in RULES}
_LONGEST = max(map(len, RULES))


def leading(command: SimpleCommand, folder: str) -> tuple[SimpleCommand, bool] | None:
    """The words that name what a command does, and whether more may follow them.

    The whole command, with nothing to follow, where nothing is known of its program. None for what
    a person should see each time: a launcher, a program by its path, an option that is not listed,
    a place outside of `folder`.
    """
    for length in range(min(_LONGEST, len(command)), 0, -1):
        rule = RULES.get(command[:length])
        if rule is not None:
            return _ruled(rule, command, length, folder)
    name = command[0].lower()
    # Such as python3.12, mkfs.ext4 and git-upload-pack.
    families = {name, name.split(".")[0], name.split("-")[0], name.rstrip("0123456789.-")}
    return None if "/" in name or families & _FAMILIES else (command, False)


def _ruled(
    rule: Rule, command: SimpleCommand, length: int, folder: str
) -> tuple[SimpleCommand, bool] | None:
    if rule.named and len(command) == length:
        return command, False
    if rule.named and not _NAME.fullmatch(command[length]):
        return None
    length += rule.named
    if not rule.allows(command[length:], folder):
        return None
    return (command, False) if rule.exactly else (command[:length], True)
