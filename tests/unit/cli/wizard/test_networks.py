"""A bot on a chat network: secrets that are refused, and what the network says to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from carrel.cli.wizard import networks
from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.given import Given
from carrel.core.errors import CarrelError, ConfigError, Refused
from carrel.platforms.discord import KIND
from carrel.ports.guide import Guide, Named, Secret, Survey
from carrel.ports.platform import Finding, PlatformParts, Refusal
from carrel.setting_up.draft import Draft
from carrel.settings import plugins

SECRET = Secret("token", "the token", "CARREL_DISCORD_TOKEN")
GOOD = "good"


class Typist(Asker):
    """Types one secret after another, and Enter to everything else."""

    def __init__(self, *secrets: str) -> None:
        super().__init__(asks=True)
        self._secrets = list(secrets)

    def secret(self, question: str, *, needed: bool) -> str:
        del question, needed
        return self._secrets.pop(0)

    def agrees(self, question: str, *, default: bool) -> bool:
        del question
        return default

    def line(self, question: str, default: str = "") -> str:
        del question
        return default


Look = Callable[[object, PlatformParts], Survey]


def by_token(_: object, parts: PlatformParts) -> Survey:
    if (said := parts.environ[SECRET.variable]) != GOOD:
        raise ConfigError(f"Discord refuses {said!r}.")
    return Survey("carrel-bot")


async def nobody(*_: object) -> tuple[Named, ...]:
    return ()


async def silence(*_: object) -> None:
    pass


@pytest.fixture
def connect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Connect Discord, the look at which is `look`."""

    def connected(asker: Asker, given: Given, look: Look = by_token) -> tuple[str, ...]:
        async def looked(table: object, parts: PlatformParts) -> Survey:
            return look(table, parts)

        guide = Guide("Discord", "https://portal", (), (SECRET,), looked, nobody, silence)
        kind = replace(KIND, guide=lambda: guide)
        monkeypatch.setattr(plugins, "names", lambda _: ("discord",))
        monkeypatch.setattr(plugins, "platform", lambda _: kind)
        found = networks.connect(asker, given, Draft(tmp_path / "home", {}))
        return tuple(one.survey.bot for one in found)

    return connected


def test_a_token_that_is_refused_is_asked_for_again(connect) -> None:
    assert connect(Typist("bad", GOOD), Given(platforms=("discord",))) == ("carrel-bot",)


def test_a_file_with_a_refused_token_is_not_read_again_for_ever(connect, tmp_path) -> None:
    file, looks = tmp_path / "token", []
    file.write_text("bad\n", "utf-8")

    def look(table: object, parts: PlatformParts) -> Survey:
        looks.append(parts.environ[SECRET.variable])
        assert len(looks) == 1
        return by_token(table, parts)

    given = Given(platforms=("discord",), tokens={"discord": str(file)})
    with pytest.raises(CarrelError, match="refuses 'bad'"):
        connect(Typist(), given, look)


def refusing(*_: object) -> Survey:
    raise Refusal("the bot is banned")


def test_what_the_network_never_does_is_a_sentence_and_no_traceback(connect, tmp_path) -> None:
    file = tmp_path / "token"
    file.write_text(GOOD, "utf-8")
    given = Given(platforms=("discord",), tokens={"discord": str(file)})
    with pytest.raises(Refused, match="the bot is banned"):
        connect(Asker(asks=False), given, refusing)


def test_another_look_that_is_refused_is_one_too(connect) -> None:
    looks = [Survey("bot", (Finding("intent", well=False, said="none"),))]

    def look(*_: object) -> Survey:
        return looks.pop() if looks else refusing()

    with pytest.raises(Refused, match="the bot is banned"):
        connect(Typist(GOOD), Given(platforms=("discord",)), look)


def test_a_network_that_lacks_a_package_is_named_with_it(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setattr("carrel.platforms.telegram.find_spec", lambda _: None)
    asker, draft = Asker(asks=False), Draft(tmp_path, {})
    with pytest.raises(ConfigError, match=r"pip install 'carrel\[telegram\]'"):
        networks.connect(asker, Given(platforms=("telegram",)), draft)
    assert networks.connect(asker, Given(), draft) == ()
    assert "Telegram needs python-telegram-bot" in capsys.readouterr().out
