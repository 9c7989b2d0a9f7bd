"""What goes along to the other model, from the store to its prompt. spec: 20.3 20.4"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.core.sessions import TOKEN, prompt

from carrel.core.effects import Record, Remember
from carrel.core.errors import Fenced
from carrel.core.handing_over import LONGEST, Exchange
from carrel.core.messages import Answer
from carrel.core.model import COMPACT, Conversation, ResumeToken, SessionKey
from carrel.core.routing import Rules
from carrel.engines.script import Limit, Say
from carrel.engines.scripted import ScriptedEngine
from carrel.ports.engine import Delivered
from carrel.ports.store import Fence
from carrel.runtime.notes import Notes
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock, settle
from carrel.testing.house import House

KEY, HERE = SessionKey("fake:a"), Conversation("fake", "a")


class Said:
    """A store that knows one exchange, and who asked for it."""

    def __init__(self, *said: Exchange) -> None:
        self.said, self.asked = said, []

    async def exchanges(self, key: SessionKey, conversation: str, limit: int) -> object:
        self.asked.append((key, conversation))
        assert limit > 0
        return self.said


async def test_the_note_is_material_before_the_first_prompt_s_own() -> None:
    store = Said(Exchange("Ada", "my key is hush-1", "kept " + "hush-1 " * LONGEST))
    notes = Notes(store, lambda text: text.replace("hush-1", "[removed]"))
    first, second = await notes.told(KEY, TOKEN, (Delivered(prompt(1)), Delivered(prompt(2))))
    (material,) = first.prompt.material
    assert material.kind == "handover"
    assert "my key is [removed]" in material.text
    assert "hush" not in material.text, "not even a part of it, where the text is cut"
    assert second.prompt == prompt(2)
    assert store.asked == [(KEY, TOKEN.value)]


async def test_where_nothing_is_owed_or_said_the_prompts_stay_as_they_are() -> None:
    given = (Delivered(prompt(1)),)
    room = (Delivered(replace(prompt(1), text=COMPACT)),)
    own = (Delivered(replace(prompt(1), text="/run review")),)
    said = Notes(Said(Exchange("Ada", "a", "b")), str)
    assert await said.told(KEY, None, given) == given
    assert await said.told(KEY, TOKEN, room) == room
    assert await said.told(KEY, TOKEN, own) == own, "with a note before it, it were no command"
    assert await Notes(Said(), str).told(KEY, TOKEN, given) == given


def limited(clock: ManualClock) -> ScriptedEngine:
    """Echoes; whoever asks any model but haiku for a limit meets one, for ten minutes."""

    def script(text: str) -> tuple[object, ...]:
        first = engine.heard.specs[-1].model != "haiku"
        return (Limit(1_000_600.0),) if first and "limit" in text else (Say(f"echo: {text}"),)

    engine = ScriptedEngine(script, clock=clock)
    return engine


async def test_a_session_goes_on_with_the_other_model_and_is_handed_over_both_ways(
    tmp_path: Path,
) -> None:
    """spec: 20.1 20.2 20.3 20.4"""
    clock = ManualClock()
    engine, rules = limited(clock), Rules(waiting="queue", model="opus", fallback="haiku")
    async with House(tmp_path, engine=engine, rules=rules, clock=clock) as house:
        await house.say("secret of b", "b")
        await house.say("boats")
        await house.platform.until(lambda: house.platform.answers() == ["echo: boats"])
        await house.say("limit")
        await house.platform.until(lambda: house.platform.answers()[1:] == ["echo: limit"])
        first, spec = engine.heard.specs[-2:]
        assert (first.model, spec.model, spec.resume) == ("opus", "haiku", None)
        assert spec.apart is not None, "it does not go on with the first one's, if it finds that"
        (note,) = engine.heard.prompts[-1].material
        assert note.text == "Ada asked:\nboats\n\nThe answer:\necho: boats"
        await house.say("kites")
        await house.platform.until(lambda: house.platform.answers()[2:] == ["echo: kites"])
        assert engine.heard.prompts[-1].material == (), "it is told once"
        await clock.advance(600.0)
        await house.say("trains")
        await house.platform.until(lambda: house.platform.answers()[3:] == ["echo: trains"])
        assert engine.heard.specs[-1].model == "opus"
        assert engine.heard.specs[-1].resume == spec.apart
        (note,) = engine.heard.prompts[-1].material
        assert "kites" in note.text
        assert "boats" not in note.text, "that it knows itself"


class Dying(MemoryStore):
    """A store that takes so many saves of one host, and then no more."""

    left = 1000
    resumed: ResumeToken | None = None

    async def save(self, fence: Fence, records: tuple[Record, ...], at: float) -> None:
        self.left -= 1
        if self.left < 0:
            raise Fenced("Another host has it.")
        self.resumed = next(
            (one.resume for one in records if isinstance(one, Remember)), self.resumed
        )
        await super().save(fence, records, at)


@pytest.mark.parametrize("saves", range(1, 14))
async def test_wherever_it_is_cut_off_all_is_answered_once_in_the_right_conversation(
    tmp_path: Path, saves: int
) -> None:
    """spec: 20.5"""
    clock, store = ManualClock(), Dying()
    engine, rules = limited(clock), Rules(waiting="queue", fallback="haiku")
    parts = {"engine": engine, "rules": rules, "store": store, "clock": clock}
    async with House(tmp_path, **parts) as house:
        await house.say("boats")
        await house.platform.until(lambda: house.platform.answers() == ["echo: boats"])
        home = store.resumed
        store.left = saves
        await house.say("limit")
        await house.say("kites")
        await settle()
        await settle()
        store.left = 0
    store.left = 1000
    async with House(tmp_path, **parts, number=50) as again:
        await again.say("trains")
        for _ in range(4):
            await settle()
            await clock.advance(1.0)
        await again.platform.until(lambda: "echo: trains" in again.platform.answers())
        session = (await store.claim(KEY, "look")).session
        shown = [one.outbound.body for one in await store.history(HERE, 100) if one.outbound]
        said = sorted(body.text for body in shown if isinstance(body, Answer))
        assert said == ["echo: boats", "echo: kites", "echo: limit", "echo: trains"]
        assert session.fallback is not None
        assert session.fallback.aside == home
        assert session.resume not in (None, home)
