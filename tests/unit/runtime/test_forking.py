"""A side thread, begun with everything round it faked. spec: 14.1 14.2 14.4"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from carrel.core.effects import Fork
from carrel.core.errors import Refused
from carrel.core.model import Chosen, Conversation, MessageId, ResumeToken, SessionKey
from carrel.core.routing import PlaceRule, Rules
from carrel.ports.engine import Until
from carrel.ports.platform import Refusal, Side
from carrel.runtime.forking import forked
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock
from carrel.testing.house import PlainWorkspaces, RecordingPlatform

HERE, ASIDE = Conversation("fake", "a"), Conversation("fake", "a-1", within=("a",))
KEY, OTHER = SessionKey("fake:a"), SessionKey("fake:a-1")
TOKEN, COPY = ResumeToken("fake", "one", "/"), ResumeToken("fake", "two", "/")
DEED = Fork(MessageId("fake/c"), HERE, TOKEN, "lanterns", "aside", Chosen(model="opus"))


class Threaded(RecordingPlatform):
    """A platform with side threads; it writes down what it is asked."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.asked, self.failure = [], failure

    async def plan_side(self, beside: Conversation, title: str, nonce: str) -> Side:
        self.asked.append(("plan", beside, title, nonce))
        return Side(ASIDE, "#aside")

    async def open_side(self, side: Side, title: str) -> None:
        self.asked.append(("open", side.conversation, title))
        if self.failure is not None:
            raise self.failure


@dataclass
class Copier:
    """An engine that only copies."""

    asked: list[object] = field(default_factory=list)

    async def copy(self, resume, source, target, until=None):
        self.asked.append((resume, source.key, target.key, until))
        return COPY


@pytest.fixture
def house(tmp_path):
    platform, engine, woken = Threaded(), Copier(), []
    tools = SimpleNamespace(
        platforms={"fake": platform},
        workspaces=PlainWorkspaces(tmp_path),
        engine=engine,
        rules=Rules(),
        clock=ManualClock(),
        mirror=None,
    )
    store = MemoryStore()
    outbox = SimpleNamespace(wake=woken.extend)

    async def begin(deed: Fork = DEED):
        return await forked(deed, KEY, tools, store, outbox)

    return SimpleNamespace(**locals())


async def test_it_has_files_conversation_topic_and_choices(house) -> None:
    here = await house.tools.workspaces.prepare(KEY)
    (here.work / "kept.txt").write_text("kept")
    said = await house.begin()
    assert "#aside" in said.text
    there = await house.tools.workspaces.prepare(OTHER)
    assert (there.work / "kept.txt").read_text() == "kept"
    session = (await house.store.claim(OTHER, "host")).session
    assert (session.resume, session.topic) == (COPY, "lanterns")
    assert session.chosen == Chosen(model="opus")
    assert house.engine.asked == [(TOKEN, KEY, OTHER, None)]
    assert (await house.store.session(OTHER)).conversation == ASIDE
    assert [one.conversation for one in house.woken] == [ASIDE]


class Mirror:
    """Writes down what it keeps."""

    def __init__(self) -> None:
        self.kept = []

    async def keep(self, fence) -> str:
        self.kept.append(fence.key)
        return "Its files cannot be mirrored."


async def test_it_is_mirrored_before_anybody_is_let_in(house) -> None:
    """spec: 21.13"""
    mirror = house.tools.mirror = Mirror()
    house.platform.failure = Refusal("the bot lacks a permission there")
    with pytest.raises(Refused):
        await house.begin()
    assert mirror.kept == [OTHER]
    assert [one.conversation for one in house.woken] == [ASIDE], "it is said there why it is not"


async def test_people_are_let_in_when_everything_is_there(house) -> None:
    house.platform.failure = Refusal("the bot lacks a permission there")
    with pytest.raises(Refused, match="lacks a permission"):
        await house.begin()
    assert await house.store.session(OTHER) is not None
    assert house.woken == []


async def test_doing_it_again_changes_nothing(house) -> None:
    """spec: 14.4"""
    await house.begin()
    there = await house.tools.workspaces.prepare(OTHER)
    (there.work / "new.txt").write_text("said there meanwhile")
    await house.begin()
    assert (there.work / "new.txt").exists()
    assert len(house.engine.asked) == 1
    assert len(await house.store.history(ASIDE, 9)) == 1


async def test_what_was_left_half_done_is_thrown_away(house) -> None:
    half = await house.tools.workspaces.prepare(OTHER)
    (half.work / "half.txt").write_text("half")
    await house.begin()
    there = await house.tools.workspaces.prepare(OTHER)
    assert [*there.work.iterdir()] == []


async def test_a_running_turn_is_left_out(house) -> None:
    running = (MessageId("fake/1"),)
    await house.begin(replace(DEED, running=running))
    assert house.engine.asked[0][3] == Until(running, lenient=True)


async def test_where_nothing_was_said_nothing_is_copied(house) -> None:
    await house.begin(replace(DEED, resume=None))
    assert house.engine.asked == []
    assert (await house.store.claim(OTHER, "host")).session.resume is None


async def test_it_is_refused_without_threads_and_in_one_session(house) -> None:
    house.tools.rules = Rules(places={"fake:a-1": PlaceRule(session="fake:a")})
    with pytest.raises(Refused, match="same session"):
        await house.begin()
    house.tools.platforms["fake"] = RecordingPlatform()
    with pytest.raises(Refused, match="no side threads"):
        await house.begin()


async def test_it_is_refused_where_others_would_approve_in_it(house) -> None:
    """spec: 5.11"""
    named = PlaceRule(approvers=frozenset({"fake:zoe"}))
    house.tools.rules = Rules(
        places={"fake:a": named, "fake:a-1": PlaceRule(approvers=frozenset())}
    )
    with pytest.raises(Refused, match="approvers of its own"):
        await house.begin()
    house.tools.rules = Rules(places={"fake:a": named})
    await house.begin()
