from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import AsyncMock

import pytest

from carrel.core.errors import Full, Refused, Unavailable
from carrel.core.messages import Answer, Gone, Inbound, Outbound, Progress
from carrel.core.model import Conversation, TurnId
from carrel.platforms.console import LOCAL, ConsolePlatform, Upload, conversation_id, place
from carrel.platforms.console.spool import Spool
from carrel.ports.platform import Verdict
from carrel.testing.clock import ManualClock, settle

DESK = place("desk")


def card(nonce: str = "card", name: str = "desk") -> Outbound:
    return Outbound(nonce, place(name), Progress(TurnId("t")))


def upload(content: bytes = b"hello") -> Upload:
    return Upload("a.txt", "text/plain", io.BytesIO(content))


@pytest.fixture
def hub(tmp_path: Path) -> ConsolePlatform:
    return ConsolePlatform(tmp_path / "uploads", ManualClock(), readers=3, room=4)


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]


@asynccontextmanager
async def running(hub: ConsolePlatform, accept, amend=None) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(
            hub.run(SimpleNamespace(accept=accept, amend=amend, expect=AsyncMock()))
        )
        await settle()
        yield
        listening.cancel()


async def accepting(_inbound: Inbound) -> Verdict:
    return Verdict("accepted")


async def test_before_it_runs_nothing_is_taken(hub: ConsolePlatform, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="not taking messages"):
        await hub.post("desk", "m1", "hello", (upload(),))
    assert not files(tmp_path)


async def test_the_same_post_again_is_the_same_message(hub: ConsolePlatform) -> None:
    """spec: 2.2."""
    heard = []

    async def accept(inbound: Inbound) -> Verdict:
        heard.append(inbound.message_id)
        return Verdict("duplicate" if len(heard) > 1 else "accepted")

    async with running(hub, accept):
        verdicts = [await hub.post("desk", "m1", "hello") for _ in range(2)]
    assert [verdict.outcome for verdict in verdicts] == ["accepted", "duplicate"]
    assert heard == ["console/m1", "console/m1"]


@pytest.mark.parametrize("name", ["", "../up", "a b", "a/b", "x" * 65, "ä", ".hidden", "a\n"])
async def test_a_strange_name_is_no_conversation(hub: ConsolePlatform, name: str) -> None:
    async with running(hub, accepting):
        with pytest.raises(Refused, match="name"):
            await hub.post(name, "m1", "hello")


@pytest.mark.parametrize("message", ["", "a b", "x" * 129, "a\n", "../x"])
async def test_a_strange_message_id_is_refused(hub: ConsolePlatform, message: str) -> None:
    async with running(hub, accepting):
        with pytest.raises(Refused, match="id"):
            await hub.post("desk", message, "hello")


async def test_files_lie_there_before_the_message_is_offered(
    hub: ConsolePlatform, tmp_path: Path
) -> None:
    found = []

    async def accept(inbound: Inbound) -> Verdict:
        found.extend((inbound.attachments[0].name, files(tmp_path)[0].read_bytes()))
        return Verdict("accepted")

    async with running(hub, accept):
        await hub.post("desk", "m1", "", (upload(),))
    assert found == ["a.txt", b"hello"]


@pytest.mark.parametrize(
    "outcome",
    [Verdict("refused"), Verdict("ignored"), Verdict("duplicate"), Full("f"), Refused("r")],
)
async def test_files_of_what_was_not_accepted_go(
    hub: ConsolePlatform, tmp_path: Path, outcome
) -> None:
    """spec: 2.6."""

    async def accept(_inbound: Inbound) -> Verdict:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async with running(hub, accept):
        try:
            await hub.post("desk", "m1", "hello", (upload(),))
        except (Full, Refused) as error:
            assert error is outcome  # noqa: PT017 - only some outcomes are raised
    assert not files(tmp_path)


async def test_a_message_is_read_before_what_it_causes(hub: ConsolePlatform) -> None:
    """spec: 3.3."""

    async def accept(_inbound: Inbound) -> Verdict:
        await hub.send(Outbound("at once", DESK, Answer("quick")), None, again=False)
        return Verdict("accepted")

    async with running(hub, accept), hub.subscribe("desk") as page:
        await hub.post("desk", "m1", "hello")
        first, second = await page.next(), await page.next()
    assert isinstance(first, Inbound)
    assert second.nonce == "at once"


async def test_what_waits_for_a_slow_accept_is_bounded(hub: ConsolePlatform) -> None:
    """spec: 12.1."""

    async def accept(_inbound: Inbound) -> Verdict:
        for n in range(5):
            await hub.send(Outbound(f"{n}", DESK, Answer("")), None, again=False)
            assert len(hub._held.get("desk", [])) <= 4
        return Verdict("accepted")

    async with running(hub, accept):
        await hub.post("desk", "m1", "hello")
    assert not hub._held


async def test_a_refused_message_is_not_shown_to_others(hub: ConsolePlatform) -> None:
    async def accept(_inbound: Inbound) -> Verdict:
        return Verdict("refused", "no")

    async with running(hub, accept), hub.subscribe("desk") as page:
        await hub.post("desk", "m1", "hello")
        await hub.send(Outbound("n", DESK, Answer("")), None, again=False)
        assert isinstance(await page.next(), Outbound)


async def test_a_page_sees_its_own_conversations_only(hub: ConsolePlatform) -> None:
    async with hub.subscribe("desk") as page, hub.subscribe("desk", "other") as both:
        await hub.send(Outbound("1", place("other"), Answer("")), None, again=False)
        await hub.send(Outbound("2", DESK, Answer("")), None, again=False)
        assert (await page.next()).nonce == "2"
        assert [(await both.next()).nonce for _ in range(2)] == ["1", "2"]


async def test_who_comes_later_gets_the_running_card(hub: ConsolePlatform) -> None:
    await hub.send(card(), None, again=False)
    async with hub.subscribe("desk") as page:
        assert (await page.next()).nonce == "card"
    await hub.send(Outbound("card", DESK, Gone()), None, again=False)
    assert not hub.cards("desk")


async def test_cards_are_bounded(hub: ConsolePlatform) -> None:
    """spec: 12.1."""
    for n in range(10):
        await hub.send(card(f"{n}"), None, again=False)
    assert [outbound.nonce for outbound in hub.cards("desk")] == ["6", "7", "8", "9"]


async def test_readers_are_bounded_and_leave_nothing(hub: ConsolePlatform) -> None:
    """spec: 12.1."""
    async with hub.subscribe("a"), hub.subscribe("a"), hub.subscribe("b"):
        with pytest.raises(Unavailable, match="Too many pages"):
            async with hub.subscribe("c"):
                pass
    assert not hub._subscriptions


async def test_a_slow_reader_costs_only_itself(hub: ConsolePlatform) -> None:
    async with hub.subscribe("desk") as slow, hub.subscribe("desk") as quick:
        for n in range(6):
            await hub.send(Outbound(f"{n}", DESK, Answer("")), None, again=False)
            assert (await quick.next()).nonce == f"{n}"
        assert await slow.next() is None


async def test_the_end_is_told_to_every_reader(hub: ConsolePlatform) -> None:
    async with hub.subscribe("desk") as page:
        async with running(hub, accepting):
            pass
        assert await page.next() is None


def test_only_its_own_conversations_have_a_name_here() -> None:
    assert conversation_id(DESK) == "desk"
    assert conversation_id(Conversation("discord", "desk")) is None
    assert conversation_id(Conversation("console", "desk", thread="t")) is None


async def test_old_uploads_are_swept_every_day(tmp_path: Path, monkeypatch) -> None:
    clock, swept = ManualClock(0.0), asyncio.Queue[float]()
    loop = asyncio.get_running_loop()

    def sweep(_spool: Spool, now: float, _keep: float) -> None:
        loop.call_soon_threadsafe(swept.put_nowait, now)
        raise PermissionError

    monkeypatch.setattr(Spool, "sweep", sweep)
    async with running(ConsolePlatform(tmp_path, clock), accepting):
        for day in range(3):
            assert await swept.get() == day * 86_400.0
            await clock.slept_on()
            await clock.advance(86_400.0)


async def test_a_side_thread_is_a_conversation_named_after_the_other(hub: ConsolePlatform) -> None:
    first, again, other = [await hub.plan_side(DESK, "aside", nonce) for nonce in ("a", "a", "b")]
    assert first == again != other
    assert conversation_id(first.conversation) == first.name
    assert first.name.startswith("desk-")
    long = await hub.plan_side(place("x" * 64), "aside", "a")
    assert place(long.name) == long.conversation


@pytest.mark.parametrize(
    ("outcome", "is_shown"),
    [("accepted", True), ("duplicate", True), ("ignored", False), ("refused", False)],
)
async def test_an_edit_is_shown_once_it_is_stored(
    hub: ConsolePlatform, outcome, *, is_shown: bool
) -> None:
    async def amend(inbound: Inbound) -> Verdict:
        assert inbound.text == "two"
        return Verdict(outcome)

    said = Inbound("console", "m1", DESK, LOCAL, "one")
    with pytest.raises(Unavailable):
        await hub.edit(said, "two")
    async with running(hub, accepting, amend), hub.subscribe("desk") as reader:
        for old, new in (("one", "/stop"), ("/stop", "two")):
            with pytest.raises(Refused, match="command"):
                await hub.edit(replace(said, text=old), new)
        assert (await hub.edit(said, "two")).outcome == outcome
        await hub.send(card(), None, again=False)
        shown = await reader.next()
    assert isinstance(shown, Inbound) == is_shown
    assert not is_shown or (shown.message_id, shown.text, shown.edited) == (
        "console/m1",
        "two",
        True,
    )


async def test_no_message_can_pass_for_an_edit(hub: ConsolePlatform) -> None:
    async with running(hub, accepting):
        with pytest.raises(Refused, match="id"):
            await hub.post("desk", "edited.0123", "hello")
