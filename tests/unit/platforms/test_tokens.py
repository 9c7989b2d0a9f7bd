"""A token comes from a command, a file that only its owner reads, or a variable, and is hidden."""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from carrel.core.errors import ConfigError, Unavailable
from carrel.platforms import tokens as module
from carrel.platforms.tokens import TokenTable, read_token
from carrel.ports.platform import PlatformParts
from carrel.testing.clock import ManualClock

VARIABLE = "CHAT_TOKEN"


class Desk:
    """A home with a token file, and all that was hidden."""

    def __init__(self, home: Path) -> None:
        self.home, self.hidden, self.noted = home, [], []
        self.environ: dict[str, str] = {}

    def file(self, content: bytes = b"of the file\n", mode: int = 0o600, name: str = "t") -> Path:
        path = self.home / name
        path.write_bytes(content)
        path.chmod(mode)
        return path

    async def read(self, **keys: str) -> str:
        parts = PlatformParts(
            self.home / "chat", self.home, ManualClock(), 1, self.environ, self.hidden.append,
            lambda event, **more: self.noted.append((event, more)),
        )  # fmt: skip
        return await read_token(TokenTable(**keys), VARIABLE, parts)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def runs(code: str) -> str:
    """A command that is a small Python program."""
    return shlex.join([sys.executable, "-c", code])


async def test_the_command_goes_before_the_file_and_the_file_before_the_variable(desk):
    desk.file()
    desk.environ[VARIABLE] = " of the variable\n"
    command = runs("print('of the command')")
    assert await desk.read(token_command=command, token_file="t") == "of the command"
    assert await desk.read(token_file="t") == "of the file"
    assert await desk.read() == "of the variable"


async def test_every_token_is_hidden_from_the_logs(desk):
    """spec: 11.1"""
    desk.file()
    desk.environ[VARIABLE] = "of the variable"
    for keys in ({"token_command": runs("print('of the command')")}, {"token_file": "t"}, {}):
        await desk.read(**keys)
    assert desk.hidden == ["of the command", "of the file", "of the variable"]


@pytest.mark.parametrize("empty", ["", " \n"])
async def test_what_holds_no_token_falls_back_on_nothing(desk, empty):
    """Whoever names a place means it; another one may be another bot's."""
    desk.file(empty.encode())
    desk.environ[VARIABLE] = "of the variable"
    for keys in ({"token_command": runs("print()")}, {"token_file": "t"}):
        with pytest.raises(ConfigError, match=f"set {VARIABLE}"):
            await desk.read(**keys)
    desk.environ[VARIABLE] = empty
    with pytest.raises(ConfigError, match=f"set {VARIABLE}"):
        await desk.read()
    assert desk.hidden == []


async def test_without_any_place_the_variable_is_named(desk):
    with pytest.raises(ConfigError, match=VARIABLE):
        await desk.read()


# Files.


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
async def test_a_file_that_only_its_owner_reads_is_read(desk, mode):
    desk.file(mode=mode)
    assert await desk.read(token_file="t") == "of the file"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o610, 0o601, 0o620, 0o602])
async def test_a_file_that_is_open_to_others_is_not_read(desk, mode):
    path = desk.file(mode=mode)
    with pytest.raises(ConfigError, match="chmod 600") as raised:
        await desk.read(token_file="t")
    assert str(path) in str(raised.value)
    assert "of the file" not in str(raised.value)
    assert desk.hidden == []


async def test_a_file_is_below_the_home_unless_its_path_says_otherwise(desk, monkeypatch):
    elsewhere = desk.home / "elsewhere"
    elsewhere.mkdir()
    path = desk.file(b"far", name="elsewhere/t")
    monkeypatch.setenv("HOME", str(elsewhere))
    for name in (str(path), "~/t", "elsewhere/t"):
        assert await desk.read(token_file=name) == "far"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
async def test_a_file_that_cannot_be_read_is_named(desk, content):
    if content is not None:
        desk.file(content)
    with pytest.raises(ConfigError, match="cannot be read") as raised:
        await desk.read(token_file="t")
    assert str(desk.home / "t") in str(raised.value)


async def test_a_folder_is_no_token_file(desk):
    (desk.home / "t").mkdir(mode=0o700)
    with pytest.raises(ConfigError, match="cannot be read"):
        await desk.read(token_file="t")


async def test_a_link_is_as_open_as_what_it_leads_to(desk):
    (desk.home / "t").symlink_to(desk.file(mode=0o644, name="open"))
    with pytest.raises(ConfigError, match="chmod 600"):
        await desk.read(token_file="t")


# Commands.


async def test_a_command_has_the_environment_and_nothing_to_read(desk):
    desk.environ["VAULT"] = "vault"
    code = "import os, sys; print(os.environ['VAULT'] + repr(sys.stdin.read()))"
    assert await desk.read(token_command=runs(code)) == "vault''"


async def test_a_command_goes_through_no_shell(desk):
    command = f"{runs('import sys; print(sys.argv[1:])')} '$HOME' ; a|b"
    assert await desk.read(token_command=command) == "['$HOME', ';', 'a|b']"


async def test_what_a_command_says_beside_the_token_is_no_token(desk):
    code = "import sys; print('careful', file=sys.stderr); print('token')"
    assert await desk.read(token_command=runs(code)) == "token"


async def test_a_command_that_fails_is_tried_again_and_says_why(desk):
    """A vault may be locked just now. What it printed is not shown: it may be the token."""
    code = "print('half a token'); import sys; sys.stderr.write('x' * 500 + 'locked'); exit(3)"
    with pytest.raises(Unavailable, match="status 3") as raised:
        await desk.read(token_command=runs(code))
    assert str(raised.value).endswith("xlocked")
    assert len(str(raised.value)) < 300
    assert "half a token" not in str(raised.value)
    assert desk.hidden == []


@pytest.mark.parametrize(
    ("command", "why"),
    [("/nowhere/op read", "there is no program '/nowhere/op'"), ("op 'read", "No closing")],
)
async def test_a_command_that_cannot_be_run_is_for_the_operator_to_mend(desk, command, why):
    with pytest.raises(ConfigError, match=f"token_command cannot be run: {why}"):
        await desk.read(token_command=command)


async def test_a_command_of_blanks_is_for_the_operator_to_mend(desk):
    with pytest.raises(ConfigError):
        await desk.read(token_command="  ")


async def test_a_command_that_hangs_is_ended(desk, monkeypatch):
    monkeypatch.setattr(module, "COMMAND_SECONDS", 0.05)
    with pytest.raises(Unavailable, match="said nothing"):
        await desk.read(token_command="sleep 60")
    assert desk.hidden == []


@pytest.mark.parametrize(
    ("keys", "renewable"),
    [({}, False), ({"token_file": "t"}, True), ({"token_command": "op"}, True),
     ({"token_file": ""}, False)],
)  # fmt: skip
def test_what_is_read_anew_may_have_changed(keys, renewable):
    assert TokenTable(**keys).renewable is renewable


async def test_a_command_that_is_run_is_noted_and_nothing_that_follows_it(desk):
    """spec: 18.6"""
    for code in ("print('of the command')", "raise SystemExit(1)"):
        with suppress(Unavailable):
            await desk.read(token_command=runs(code))
    run = ("token command run", {"program": sys.executable, "instead_of": VARIABLE})
    assert desk.noted == [run, run]
    with suppress(ConfigError):
        await desk.read(token_command="/not/there")
    desk.file()
    await desk.read(token_file="t")
    assert desk.noted == [run, run]
