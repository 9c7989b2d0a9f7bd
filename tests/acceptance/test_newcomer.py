"""From a clean home to an answer on Discord, by nothing but what Carrel prints."""

from __future__ import annotations

import os
import pty
import re
import select
import stat
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field

import pytest
from tests.acceptance.discord_process import discord_process
from tests.acceptance.gateway_process import wait_for

PATIENCE = 30.0


@pytest.fixture
def discord(tmp_path):
    with discord_process(tmp_path, "general", "random") as running:
        yield running


@pytest.fixture
def newcomer(tmp_path, gateway, discord):
    """A person with an empty home directory; where Discord is, is all that the tests arrange."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "CARREL_HOME": str(gateway.home),
        "CARREL_CONSOLE__PORT": "0",
        "CARREL_DISCORD__REST_URL": discord.told["rest_url"],
        "CARREL_DISCORD__GATEWAY_URL": discord.told["gateway_url"],
        "ANTHROPIC_BASE_URL": gateway.api_url,
        "TERM": "dumb",
    }


def carrel(env, *arguments, given=""):
    return subprocess.run(
        [sys.executable, "-m", "carrel", *arguments],
        env=env, input=given, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def does_what_is_printed(said, env, gateway, discord) -> None:
    """Type the line behind `Start it`, write where it says, and read the answer."""
    start = re.search(r"Start it: +carrel (.+)", said)[1].split()
    place = re.search(r"Then write in: +.*#(\S+)", said)[1]
    gateway._run([sys.executable, "-m", "carrel", *start], env, may_die=False)
    wait_for(lambda: any(p["state"] == "up" for p in platforms(gateway)))
    discord.says(place, "SAY welcome")
    wait_for(lambda: discord.answers(place) == ["welcome"])
    assert gateway.terminate() == 0


def platforms(gateway):
    rows = gateway.control().get("/status")["platforms"]
    return [row for row in rows if row["name"] == "discord"]


def private(file) -> bool:
    return stat.S_IMODE(file.stat().st_mode) == 0o600


def test_by_options_alone(newcomer, gateway, discord, tmp_path) -> None:
    key = tmp_path / "key"
    key.write_text("sk-test-0123456789\n")
    channel, ada = discord.channel("general"), discord.person("ada")
    ended = carrel(
        newcomer, "init", "--platform", "discord", "--token", "discord=-", "--api-key", str(key),
        "--owner", f"discord:{ada}", "--answer", "mention", "--answer-in",
        f"discord:{channel}=all", "--timezone", "Europe/Berlin", "--hello", f"discord:{channel}",
        "--budget", "12.5",
        given=discord.told["token"] + "\n",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert discord.told["token"] not in ended.stdout + ended.stderr
    said = tomllib.loads((gateway.home / "carrel.toml").read_text())
    assert said["discord"] == {"token_file": "discord.token"}
    assert said["people"]["owners"] == [f"discord:{ada}"]
    assert said["schedules"]["timezone"] == "Europe/Berlin"
    assert said["budget"] == {"day": 12.5}
    assert private(gateway.home / "discord.token")
    assert private(gateway.home / "environment")
    assert carrel(newcomer, "check").returncode == 0
    (hello,) = discord.messages("general")
    assert "carrel up" in hello["content"]
    doctor = carrel(newcomer, "doctor", "--announce", f"discord:{channel}")
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    assert "a tool waited until it was allowed" in doctor.stdout
    assert "all is well" in discord.messages("general")[-1]["content"]
    does_what_is_printed(ended.stdout, newcomer, gateway, discord)


def test_a_second_time_changes_what_is_given_and_keeps_every_comment(
    newcomer, gateway, discord
) -> None:
    first = ("--platform", "discord", "--token", "discord=-")
    token = discord.told["token"] + "\n"
    assert carrel(newcomer, "init", *first, given=token).returncode == 0
    file = gateway.home / "carrel.toml"
    mine = file.read_text().replace("[walls]", "# My own words.\n[walls]") + "\n# The end.\n"
    file.write_text(mine)
    assert carrel(newcomer, "init").returncode == 0
    assert file.read_text() == mine
    owner = f"discord:{discord.person('eve')}"
    assert carrel(newcomer, "init", "--owner", owner).returncode == 0
    lines = file.read_text().splitlines()
    assert [line for line in mine.splitlines() if line.startswith("#")] == [
        line for line in lines if line.startswith("#")
    ]
    assert owner in tomllib.loads(file.read_text())["people"]["owners"]


def test_what_is_not_accepted_is_said_and_nothing_is_written(newcomer, gateway) -> None:
    ended = carrel(newcomer, "init", "--platform", "discord", "--token", "discord=-", given="no\n")
    assert ended.returncode == 78
    assert "does not accept this token" in ended.stderr
    ended = carrel(newcomer, "init", "--platform", "discord")
    assert "--token discord=FILE" in ended.stderr
    ended = carrel(newcomer, "init", "--platform", "carrier-pigeon")
    assert "carrier-pigeon" in ended.stderr
    assert carrel(newcomer, "init", "--timezone", "Mars/Olympus").returncode == 78
    assert carrel(newcomer, "init", "--budget", "-1").returncode == 78
    assert not (gateway.home / "carrel.toml").exists()


@dataclass
class Terminal:
    """A person before a terminal: reads until something is there, then types."""

    env: dict
    screen: str = ""
    seen: int = 0
    _fd: int = -1
    _pid: int = 0
    typed: list = field(default_factory=list)

    def run(self, *arguments) -> None:
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            command = [sys.executable, "-m", "carrel", *arguments]
            os.execve(sys.executable, command, self.env)  # noqa: S606 - in the terminal itself

    def reads(self, words: str) -> None:
        end = time.monotonic() + PATIENCE
        while words not in self.screen[self.seen :]:
            assert time.monotonic() < end, f"{words!r} is not in {self.screen[self.seen :]!r}"
            if select.select([self._fd], [], [], 0.1)[0]:
                self.screen += os.read(self._fd, 4096).decode(errors="replace")
        self.seen = self.screen.index(words, self.seen) + len(words)

    def types(self, text: str) -> None:
        os.write(self._fd, text.encode() + b"\n")

    def ended(self) -> int:
        while True:
            try:
                self.screen += os.read(self._fd, 4096).decode(errors="replace")
            except OSError:
                break
        os.close(self._fd)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def test_question_by_question_in_a_terminal(newcomer, gateway, discord) -> None:
    key, person = "sk-test-typed-0123456789", Terminal(newcomer)
    person.run("init", "--no-service")
    for question, answer in (
        ("Enter goes on without: ", key),
        ("Connect Discord?", "y"),
        ("Connect Slack?", "n"),
        ("Connect Telegram?", "n"),
        ("Open the page in your browser?", "n"),
        ("Token (it is not shown): ", "not-a-token"),
        ("does not accept this token", None),
        ("Token (it is not shown): ", discord.told["token"]),
        ("the bot is", None),
        ("Who are the owners?", None),
        ("Enter to go on", "ad"),
        ("[x] ", None),
        ("[ ] Ada", None),
        ("Enter to go on", "3"),
        ("[x] Ada", None),
        ("Enter to go on", ""),
        ("Who else may allow", None),
        ("Enter to go on", ""),
        ("Who else may talk", None),
        ("everybody on home", None),
        ("Enter to go on", ""),
        ("Which messages are for the agent?", None),
        ("Which", "mention"),
        ("Where is every message answered", None),
        ("home #general", None),
        ("Enter to go on", "1"),
        ("[x] home #general", None),
        ("Enter to go on", ""),
        ("Which of them share", None),
        ("Enter to go on", ""),
        ("Your time zone", "Europe/Lisbon"),
        ("US dollars", "7.50"),
        ("Where shall the bot say hello?", None),
        ("0 for none", "1"),
        ("said hello in home #general", None),
        ("If something is wrong", None),
    ):
        person.reads(question)
        if answer is not None:
            person.types(answer)
    assert person.ended() == 0, person.screen
    assert not [one for one in (discord.told["token"], key) if one in person.screen]
    said = tomllib.loads((gateway.home / "carrel.toml").read_text())
    assert f"discord:{discord.person('ada')}" in said["people"]["owners"]
    assert said["budget"] == {"day": 7.5}
    does_what_is_printed(person.screen.replace("\r", ""), newcomer, gateway, discord)
