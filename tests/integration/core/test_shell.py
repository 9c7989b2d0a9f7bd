"""What is accepted as a plain line, the real bash reads as the very same words."""

from __future__ import annotations

import random
import subprocess
from itertools import islice
from pathlib import Path

from tests.unit.core.corpora import PLAIN

from carrel.core.shell import SimpleCommand, parse

PIECES = (
    *("a", "b", "-x", "--y=z", "1", "2", "12", "/", ".", "..", "@", "%", "+", ":", ",", "=", "_"),
    *("'", '"', "\\", "''", '""', "'a b'", '"a b"', "'\"'", '"\'"', r"\"", r"\'", r"\ ", r"\\"),
    *(r"\$", r"\`", r"\*", r"\n", "'$x'", '"\\$x"', '"\\`"', '"\\n"', "'\\'", '"\\\\"', "'*'"),
    *("$", "`", "*", "?", "[", "]", "{a,b}", "~", "#", "!", "^", "(", ")", "<", ">", "&", "|", ";"),
    *(" ", " ", " ", " ", "\t", "\n", "2>&1", "2>/dev/null", "2> /dev/null", "'\n'", "'\u00e4'"),
    *(" && say ", "; say ", "\nsay ", " say "),
)
FUNCTION = 'say() { printf \'%s\\0\' "$#" "$@"; }\n'
WANTED = 4_000


def lines(seed: int) -> list[str]:
    """Accepted lines in which each command is `say`, joined so that each of them is run."""
    dice = random.Random(seed)  # noqa: S311 - the same every time
    made = ("say " + "".join(dice.choices(PIECES, k=dice.randint(1, 8))) for _ in iter(int, 1))
    return list(islice(filter(is_said, made), WANTED))


def is_said(line: str) -> bool:
    """Behind a pipe or an `||` one could not tell what was said."""
    commands = parse(line) or ()
    heard = len(commands) == 1 or "|" not in line
    return heard and {command[0] for command in commands} == {"say"}


def written(commands: tuple[SimpleCommand, ...]) -> list[str]:
    """What `say` writes of the commands' words."""
    return [word for command in commands for word in (str(len(command) - 1), *command[1:])]


def test_bash_reads_what_is_accepted_as_the_same_words(tmp_path: Path) -> None:
    for name in ("a", "b", "-x", "1"):
        (tmp_path / name).touch()
    plain = [f"say {line}" for line, _ in PLAIN if len(parse(line) or ()) == 1]
    accepted = [line for line in (*lines(7), *plain) if not line.endswith("> /dev/null")]
    script = tmp_path / "script"
    script.write_text(FUNCTION + "\n".join(accepted) + "\n", encoding="utf-8")
    run = subprocess.run(
        ["bash", "--norc", script], cwd=tmp_path, capture_output=True, check=True, timeout=60
    )
    expected = [word for line in accepted for word in written(parse(line) or ())]
    assert run.stdout.decode().split("\0")[:-1] == expected
    assert run.stderr == b""
    assert len({parse(line) for line in accepted}) > WANTED / 4
