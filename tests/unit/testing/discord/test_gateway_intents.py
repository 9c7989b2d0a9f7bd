from __future__ import annotations

from carrel.testing.discord.gateway.intents import CONTENT, GUILDS, readable, wanted

MESSAGES, DIRECT = 1 << 9, 1 << 12


def test_an_event_needs_its_intent() -> None:
    assert wanted(MESSAGES, "MESSAGE_CREATE", in_guild=True)
    assert not wanted(MESSAGES, "MESSAGE_CREATE", in_guild=False)
    assert wanted(DIRECT, "MESSAGE_CREATE", in_guild=False)
    assert wanted(GUILDS, "THREAD_CREATE", in_guild=True)
    assert not wanted(MESSAGES, "THREAD_CREATE", in_guild=True)
    assert wanted(0, "INTERACTION_CREATE", in_guild=True)


def test_text_is_for_those_who_may_read_it() -> None:
    said = {"author": {"id": "1"}, "guild_id": "9", "content": "x", "mentions": [{"id": "3"}]}
    assert readable(said, "2", 0)["content"] == ""
    for bot_id, intents in (("2", CONTENT), ("1", 0), ("3", 0)):
        assert readable(said, bot_id, intents)["content"] == "x"
    direct = {key: value for key, value in said.items() if key != "guild_id"}
    assert readable(direct, "2", 0)["content"] == "x"
