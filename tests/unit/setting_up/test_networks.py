"""What a network says to a secret, and where the secret lies then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from carrel.core.errors import ConfigError, Refused, Unavailable
from carrel.ports.guide import Guide, Named, Secret, Survey
from carrel.ports.platform import Refusal
from carrel.setting_up import networks
from carrel.setting_up.draft import Draft, Network
from carrel.settings import plugins

SECRET = Secret("token", "Token", "DISCORD_TOKEN")
ADA = Named("discord:1", "Ada")
Act = Callable[..., Coroutine[Any, Any, Any]]


async def never(*_: object) -> None:
    raise Refusal("the bot is banned")


def guide(look: Act = never, find: Act = never, hello: Act = never) -> Guide:
    return Guide("Discord", "https://portal", (), (SECRET,), look, find, hello)


def test_all_that_have_steps_are_known() -> None:
    assert {"discord", "slack", "telegram"} <= set(networks.guides())
    assert not networks.lacking()


@pytest.mark.parametrize("name", ["slack", "telegram"])
def test_a_network_whose_package_is_not_installed_says_which(monkeypatch, name) -> None:
    monkeypatch.setattr(f"carrel.platforms.{name}.find_spec", lambda _: None)
    assert "discord" in networks.guides()
    assert name not in networks.guides()
    assert f"pip install 'carrel[{name}]'" in str(networks.lacking()[name])


@pytest.mark.parametrize(
    ("text", "environ", "found"),
    [
        ("", {}, False),
        ("[discord]\n", {}, False),
        ("[discord]\n", {"DISCORD_TOKEN": "x"}, True),
        ('[discord]\ntoken_file = "x"\n', {}, True),
        ('[discord]\ntoken_command = "x"\n', {}, True),
    ],
)
def test_secrets_lie_somewhere_or_not(tmp_path, text, environ, found) -> None:
    (tmp_path / "carrel.toml").write_text(text)
    assert networks.has_secrets(Draft(tmp_path, environ), "discord", guide()) is found


async def test_it_is_seen_with_what_was_given_and_kept_in_a_file(tmp_path) -> None:
    (tmp_path / "carrel.toml").write_text('[discord]\ntoken_command = "op read x"\n')

    async def look(table: Any, parts: Any) -> Survey:
        return Survey(f"{table.token_command} {parts.environ['DISCORD_TOKEN']}")

    draft, kind = Draft(tmp_path, {}), plugins.platform("discord")
    network = await networks.seen(draft, "discord", kind, guide(look), {SECRET: "t0ken"})
    assert network.survey.bot == "None t0ken"
    networks.begin(draft, "discord")
    networks.keep(draft, "discord", SECRET, "t0ken")
    draft.write()
    assert (tmp_path / "carrel.toml").read_text() == '[discord]\ntoken_file = "discord.token"\n'
    assert (tmp_path / "discord.token").read_text() == "t0ken\n"


async def test_a_table_begins_empty(tmp_path) -> None:
    draft = Draft(tmp_path, {"DISCORD_TOKEN": "x"})
    networks.begin(draft, "discord")
    assert "discord" in draft.settings.platforms


@pytest.mark.parametrize("act", ["look", "find", "hello"])
async def test_what_it_never_does_is_a_sentence(act) -> None:
    with pytest.raises(Refused, match="the bot is banned"):
        await doing(act, guide())


@pytest.mark.parametrize("act", ["look", "find", "hello"])
async def test_its_own_answer_passes(act) -> None:
    async def no(*_: object) -> None:
        raise ConfigError("That is no token.")

    with pytest.raises(ConfigError, match="no token"):
        await doing(act, guide(no, no, no))


@pytest.mark.parametrize("act", ["look", "find", "hello"])
async def test_nobody_waits_for_ever(monkeypatch, act) -> None:
    async def silence(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(networks, "LOOK_SECONDS", 0)
    with pytest.raises(Unavailable, match="Discord does not answer"):
        await doing(act, guide(silence, silence, silence))


async def doing(act: str, asked: Guide) -> None:
    network = Network("discord", asked, None, None, Survey("bot"))
    match act:
        case "look":
            await networks.look(asked, None, None)
        case "find":
            await networks.find(network, "a")
        case "hello":
            await networks.hello(network, "discord:7")


async def test_people_are_found_and_a_hello_is_said() -> None:
    said = []

    async def find(_table: object, _parts: object, name: str) -> tuple[Named, ...]:
        return (ADA,) if name == "ad" else ()

    async def hello(_table: object, _parts: object, *told: str) -> None:
        said.append(told)

    network = Network("discord", guide(find=find, hello=hello), None, None, Survey("bot"))
    assert await networks.find(network, "ad") == (ADA,)
    await networks.hello(network, "discord:7")
    assert said == [("discord:7", networks.HELLO)]
