from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.editing import edition
from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound, Menu, Notice, Outbound
from carrel.core.model import Conversation
from carrel.engines.scripted import ScriptedEngine
from carrel.ports.store import Shown
from carrel.runtime.edits import folded, last
from carrel.runtime.intake import TAKEN
from carrel.runtime.rewinding import UNKNOWN
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import settle
from carrel.testing.house import ADA, House
from carrel.workspaces.history import FolderHistory

HERE = Conversation("fake", "a")
ONE, TWO = (Inbound("fake", name, HERE, ADA, f"first {name}") for name in ("m1", "m2"))
TOLD = Shown(9.0, outbound=Outbound("n", HERE, Notice("told")))


def shown(*said: Inbound) -> tuple[Shown, ...]:
    return (*(Shown(float(at), one, state="done") for at, one in enumerate(said)), TOLD)


def test_where_nothing_was_edited_all_is_shown_as_it_is() -> None:
    assert folded(shown(ONE, TWO)) == shown(ONE, TWO)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_a_message_says_its_newest_edit_where_and_when_it_was_said(texts: list[str]) -> None:
    """spec: 14.12"""
    edits: list[Inbound] = []
    for text in texts:
        edits.append(edition(replace(ONE, text=text), edits[-1] if edits else None))
    history = shown(ONE, TWO, *edits)
    assert folded(history) == shown(replace(ONE, text=texts[-1], edited=True), TWO)
    assert last(history, ONE.message_id) == edits[-1]
    assert last(history, TWO.message_id) is None


def test_an_edit_of_what_lies_too_far_back_is_not_shown() -> None:
    assert folded(shown(edition(ONE))) == (TOLD,)


async def test_an_edit_of_what_has_its_end_can_be_run_in_its_place(tmp_path) -> None:
    """After a restart too, and once. spec: 14.10"""
    store, engine = MemoryStore(), ScriptedEngine()
    edit = Inbound("fake", "m1", HERE, ADA, "other words")
    async with House(tmp_path, store=store, engine=engine) as house:
        house.tools.history = FolderHistory(house.clock)
        await house.say("words", identity="m1")
        await house.say("more", identity="m2")
        await house.platform.until(lambda: len(house.platform.answers()) == 2)
        told = [(await house.intake.amend(one)).outcome for one in (edit, edit)]
        assert told == ["accepted", "duplicate"]
        await house.platform.until(lambda: bool(reruns(house)))
        (word,) = reruns(house)
        assert (await house.intake.amend(replace(edit, text="/stop"))).outcome == "ignored"
    async with House(tmp_path, store=store, engine=engine) as house:
        house.tools.history = FolderHistory(house.clock)
        await house.say(word, channel="b", identity="press.0")
        await house.platform.until(lambda: any("not kept" in n for n in house.platform.notices()))
        assert house.platform.answers() == [], "another conversation's edit is nobody else's"
        await house.say(word, identity="press.1")
        await house.platform.until(lambda: house.platform.answers() == ["echo: other words"])
        await house.say(word, identity="press.2")
        await house.platform.until(lambda: UNKNOWN in house.platform.notices())
        await settle()
        assert house.platform.answers() == ["echo: other words"]


async def test_what_is_edited_back_is_another_edit_and_the_same_again_is_none(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("words", identity="m1")
        await house.platform.until(lambda: len(house.platform.answers()) == 1)
        for text, outcome in (
            ("words", "duplicate"), ("other", "accepted"), ("other", "duplicate"),
            ("words", "accepted"), ("other", "accepted"),
        ):  # fmt: skip
            told = await house.intake.amend(Inbound("fake", "m1", HERE, ADA, text))
            assert (text, told.outcome) == (text, outcome)
            history = folded(await house.store.history(HERE, 99))
            (said,) = [one.inbound for one in history if one.inbound]
            assert (said.text, said.edited) == (text, outcome == "accepted" or text == "other")
        kept = await house.store.said(said.message_id)
        assert kept.text == "words", "what was answered is kept as it was"


async def test_an_edit_is_stored_when_it_is_accepted(tmp_path) -> None:
    """spec: 2.8"""
    async with House(tmp_path) as house:
        await house.say("hang", identity="m1")
        await house.say("second", identity="m2")
        await settle()
        edit = Inbound("fake", "m2", HERE, ADA, "anew")
        assert (await house.intake.amend(edit)).outcome == "accepted"
        said = await house.store.said(edit.message_id)
        assert (said.text, said.edited) == ("anew", True)
        told = await house.intake.amend(replace(edit, id="m1"))
        assert (told.outcome, told.reason) == ("ignored", TAKEN)
        house.registry._stopping = True
        with pytest.raises(Unavailable):
            await house.intake.amend(replace(edit, text="lost"))
        house.registry._stopping = False


def reruns(house: House) -> list[str]:
    """The commands of all cards that offer to run something again."""
    menus = (o.body for o in house.platform.shown.values() if isinstance(o.body, Menu))
    return [word for menu in menus for _, word in menu.options if word.startswith("/rerun")]
