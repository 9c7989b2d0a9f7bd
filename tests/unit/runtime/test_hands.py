"""Deeds towards an engine: in order, overtaken only by an interrupt, every start with its end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from carrel.core.effects import (
    CloseEngine,
    Discard,
    Inquire,
    InterruptTurn,
    StartTurn,
    Steer,
    WarmEngine,
)
from carrel.core.errors import Refused, Unavailable
from carrel.core.events import Discarded, Waited
from carrel.core.model import (
    Attachment,
    Chosen,
    Conversation,
    MessageId,
    Prompt,
    ResumeToken,
    SessionKey,
    Turn,
    TurnId,
)
from carrel.core.routing import Binding, PlaceRule, Rules
from carrel.ports.engine import Context, Delivered
from carrel.runtime.seats import Seats
from carrel.testing.clock import ManualClock, settle

KEY, PLACE = SessionKey("fake:a"), Conversation("fake", "a")


def prompt(n: int, *attachments: Attachment) -> Prompt:
    return Prompt(MessageId(f"fake/{n}"), PLACE, "Ada", f"text {n}", attachments)


ONE, TWO = prompt(1), prompt(2)
TURN = Turn(TurnId("fake:a#1"), (ONE,))
NEXT = Turn(TurnId("fake:a#2"), (TWO,))


async def test_an_engine_is_opened_with_the_rules_of_the_place(desk) -> None:
    token = ResumeToken("fake", "t1", "/")
    await desk.start(TURN, token)
    (spec,) = desk.engine.specs
    assert (spec.resume, spec.mode, spec.model, spec.instructions) == (
        token,
        "plan",
        "opus",
        "Be kind.",
    )
    assert spec.workspace.key == "fake:a"
    assert desk.engine.asked == [("prompt", TURN.id, Delivered(ONE))]


async def test_a_living_engine_serves_the_next_turn_and_a_dead_one_is_opened_anew(desk) -> None:
    """spec: 10.2"""
    await desk.start(TURN)
    await desk.end(TURN)
    await desk.start(NEXT)
    assert len(desk.engine.lives) == 1
    await desk.end(NEXT)
    desk.engine.lives[0].alive = False
    await desk.start(replace(NEXT, id=TurnId("fake:a#3")))
    assert len(desk.engine.lives) == 2
    assert desk.engine.most == 1


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (Refused("Install bubblewrap."), "failed", "Install bubblewrap."),
        (Unavailable("no network"), "lost", "no network"),
        (RuntimeError("a bug"), "lost", "its log says why"),
    ],
)
@pytest.mark.parametrize("where", ["open", "prompt"])
async def test_a_start_that_fails_ends_its_turn_once(desk, where, error, reason, words) -> None:
    """spec: 1.2 8.2"""
    desk.engine.errors[where] = error
    with capture_logs():
        await desk.start(TURN)
    (ended,) = desk.told
    assert (ended.turn, ended.reason, ended.read) == (TURN.id, reason, (ONE.id,))
    assert words in ended.text
    desk.hands.rest()
    assert not desk.hands.busy


async def test_a_second_and_third_try_wait_a_little(desk) -> None:
    await desk.start(replace(TURN, attempt=3))
    assert desk.engine.specs == []
    await desk.clock.advance(1.9)
    assert desk.engine.specs == []
    await desk.clock.advance(0.1)
    assert len(desk.engine.specs) == 1


async def test_what_steers_an_engine_that_still_opens_follows_its_prompt(desk) -> None:
    desk.engine.gates["open"] = asyncio.Event()
    await desk.start(TURN)
    desk.hands.do(Steer(TURN.id, TWO))
    await settle()
    desk.engine.gates["open"].set()
    await settle()
    assert desk.engine.asked == [
        ("prompt", TURN.id, Delivered(ONE)),
        ("steer", TURN.id, Delivered(TWO)),
    ]


async def test_an_interrupt_of_a_running_turn_goes_to_the_engine(desk) -> None:
    await desk.start(TURN)
    desk.hands.do(InterruptTurn(TURN.id))
    await settle()
    assert desk.engine.asked[-1] == ("interrupt", TURN.id)
    assert desk.told == []


async def test_an_interrupt_leaves_the_turn_after_it_alone(desk) -> None:
    await desk.start(TURN)
    await desk.end(TURN)
    desk.engine.gates["prompt"] = asyncio.Event()
    await desk.start(NEXT)
    desk.hands.do(InterruptTurn(TURN.id))
    desk.engine.gates["prompt"].set()
    await settle()
    assert desk.hands.busy
    assert desk.engine.asked[-1] == ("interrupt", TURN.id)


async def test_an_answer_does_not_wait_for_the_files_to_be_kept(desk) -> None:
    kept = asyncio.Event()
    desk.hands._keeping.end = lambda *_: kept.wait()
    await desk.start(TURN)
    await desk.end(TURN)
    assert desk.ends() == [(TURN.id, "done")]
    drained = asyncio.ensure_future(desk.hands.drain())
    await settle()
    assert not drained.done(), "nothing is cut off that is being kept"
    kept.set()
    await drained


async def test_attachments_lie_in_the_inbox_when_the_prompt_comes(desk) -> None:
    file = Attachment("notes.txt", "text/plain", 5, "hello")
    turn = replace(TURN, prompts=(prompt(1, file), TWO))
    desk.hands.do(StartTurn(turn, None))
    while not desk.engine.asked:
        await settle()
    first, second = desk.engine.asked[0][2:]
    ((attachment, path),) = first.files
    assert attachment == file
    assert path.read_text() == "hello"
    assert path.parent == desk.engine.specs[0].workspace.inbox
    assert second == Delivered(TWO)


class Ears:
    async def transcribe(self, recording: Path) -> str:
        return f"the words of {recording.name}"


async def test_a_voice_message_is_its_words(desk) -> None:
    desk.hands._tools = replace(desk.hands._tools, voice=Ears())
    voice = Attachment("voice.ogg", "audio/ogg", 3, "ref", voice=True)
    spoken = replace(prompt(1, voice), text="")
    await desk.start(replace(TURN, prompts=(spoken,)))
    while not desk.engine.asked:
        await settle()
    ((_, _, delivered),) = desk.engine.asked
    assert (delivered.prompt.text, delivered.files) == ("the words of voice.ogg", ())


async def test_without_ears_a_voice_message_is_declined_with_a_sentence(desk) -> None:
    voice = Attachment("voice.ogg", "audio/ogg", 3, "ref", voice=True)
    await desk.start(replace(TURN, prompts=(prompt(1, voice),)))
    while not desk.ends():
        await settle()
    assert desk.ends() == [(TURN.id, "failed")]
    assert "[voice] in carrel.toml" in desk.told[-1].text


async def test_an_attachment_that_cannot_be_had_fails_the_turn_visibly(desk) -> None:
    """spec: 8.5"""

    async def fetch(attachment: Attachment, into: Path) -> None:
        raise Refused(f"{attachment.name} is gone; send it again.")

    desk.platform.fetch = fetch
    await desk.start(replace(TURN, prompts=(prompt(1, Attachment("a.txt", "text/plain", 1, "")),)))
    assert [(e.reason, e.text) for e in desk.told] == [
        ("failed", "a.txt is gone; send it again."),
    ]


async def test_a_closed_engine_is_opened_again_where_it_left_off(desk) -> None:
    await desk.start(TURN)
    await desk.end(TURN)
    desk.hands.do(CloseEngine())
    await settle()
    assert desk.engine.open_now == 0
    token = ResumeToken("fake", "t1", "/")
    await desk.start(NEXT, token)
    assert desk.engine.specs[-1].resume == token


async def test_who_waits_for_a_place_says_so_and_a_busy_engine_is_never_taken(desks) -> None:
    """spec: 10.4"""
    seats = Seats(1, ManualClock())
    first, second = desks(seats), desks(seats, SessionKey("fake:b"))
    await first.start(TURN)
    await second.start(NEXT)
    assert second.told == [
        Waited(NEXT.id, "every place for a live agent is taken; 1 in line"),
    ]
    assert first.engine.open_now == 1
    await first.end(TURN)
    assert (first.engine.open_now, second.engine.open_now) == (0, 1)
    await first.hands.close()
    await second.hands.close()
    assert seats.held == 0


async def test_where_no_host_has_room_it_says_so(desks) -> None:
    """spec: 21.12"""
    seats = Seats(0, ManualClock())
    desk = desks(seats)
    await desk.start(TURN)
    assert desk.told == [Waited(TURN.id, "no host has room for an agent just now; 1 in line")]
    seats.resize(1)
    await settle()
    assert desk.engine.open_now == 1
    await desk.hands.close()


async def test_an_interrupt_while_waiting_for_a_place_ends_the_turn_and_the_wait(desks) -> None:
    seats = Seats(1, ManualClock())
    first, second = desks(seats), desks(seats, SessionKey("fake:b"))
    await first.start(TURN)
    await second.start(NEXT)
    second.hands.do(InterruptTurn(NEXT.id))
    await settle()
    assert second.ends() == [(NEXT.id, "stopped")]
    await first.end(TURN)
    assert first.engine.open_now == 1, "nobody waits: it may stay"


async def test_an_engine_that_opens_slowly_keeps_no_other_from_opening(desks) -> None:
    """It may be on a host that does not answer."""
    seats = Seats(8, ManualClock())
    first, second = desks(seats), desks(seats, SessionKey("fake:b"))
    first.engine.gates["open"] = asyncio.Event()
    await first.start(TURN)
    await second.start(NEXT)
    assert (first.engine.open_now, second.engine.open_now) == (0, 1)


async def test_an_engine_is_never_opened_beside_one_that_still_closes(desk) -> None:
    """spec: 10.2"""
    desk.engine.gates["close"] = asyncio.Event()
    await desk.start(TURN)
    await desk.end(TURN)
    closing = asyncio.Task(desk.hands.vacate())
    await settle()
    await desk.start(NEXT)
    desk.engine.gates["close"].set()
    await closing
    await settle()
    assert desk.engine.most == 1


async def test_after_close_nothing_is_heard_and_nothing_lives(desk) -> None:
    """spec: 10.1"""
    await desk.start(TURN)
    await desk.hands.close()
    assert desk.engine.open_now == 0
    await desk.end(TURN)
    assert desk.told == []
    await desk.hands.close()


async def test_draining_waits_for_the_turn_and_begins_no_other(desk) -> None:
    """spec: 9.1"""
    await desk.start(TURN)
    draining = asyncio.Task(desk.hands.drain())
    await settle()
    assert not draining.done()
    await desk.end(TURN)
    assert draining.done()
    await desk.start(NEXT)
    assert desk.engine.calls() == ["prompt"]
    assert not desk.hands.busy


async def test_what_is_closed_is_drained(desk) -> None:
    """spec: 9.1"""
    await desk.start(TURN)
    draining = asyncio.Task(desk.hands.drain())
    await settle()
    await desk.hands.close()
    await settle()
    done = draining.done()
    draining.cancel()
    assert done


async def test_folders_go_to_the_trash_after_the_engine_and_before_the_next_turn(desk) -> None:
    """spec: 8.6"""
    await desk.start(TURN)
    await desk.end(TURN)
    desk.hands.do(CloseEngine())
    desk.hands.do(Discard())
    desk.hands.do(StartTurn(NEXT, None))
    await settle()
    assert desk.workspaces.discarded == [KEY]
    assert desk.engine.open_now == 1
    assert desk.told.index(Discarded()) > 0


async def test_an_engine_is_warmed_in_the_place_of_an_idle_one_and_never_of_a_busy_one(
    desks,
) -> None:
    """spec: 10.4"""
    seats = Seats(1, ManualClock())
    first, second = desks(seats), desks(seats, SessionKey("fake:b"))
    warm = WarmEngine(Conversation("fake", "b"), None)
    await first.start(TURN)
    second.hands.do(warm)
    await settle()
    assert (first.engine.open_now, second.engine.open_now) == (1, 0)
    await first.end(TURN)
    second.hands.do(warm)
    await settle()
    assert (first.engine.open_now, second.engine.open_now) == (0, 1)


async def test_without_walls_nothing_goes_unasked(desk) -> None:
    """spec: 18.7"""
    object.__setattr__(desk.hands._tools, "rules", Rules(mode="plan", walled=False))
    desk.hands.do(StartTurn(TURN, None, Chosen(mode="auto")))
    await settle()
    (spec,) = desk.engine.specs
    assert spec.mode == "ask"


async def test_a_place_that_is_bound_anew_meanwhile_is_not_served_where_it_was(desk) -> None:
    """spec: 17.1"""
    await desk.start(TURN)
    await desk.end(TURN)
    bound = Binding("shop", "project")
    rules = Rules(mode="plan", model="opus", places={PLACE.address: PlaceRule(bound=bound)})
    object.__setattr__(desk.hands._tools, "rules", rules)
    await desk.start(NEXT)
    assert [live.alive for live in desk.engine.lives] == [False, True]
    assert desk.workspaces.bound[-2:] == [None, bound]
    await desk.end(NEXT)
    await desk.start(replace(NEXT, id=TurnId("fake:a#3")))
    assert len(desk.engine.lives) == 2


async def test_an_inquiry_about_costs_or_the_context_needs_no_folder(desk):
    for what, told in (("usage", "All sessions today: 0 turns"), ("context", "At the last answer")):
        desk.hands.do(Inquire(MessageId("c"), PLACE, what, "At the last answer it was so."))
        await settle()
        assert told in desk.told[-1].body.text
    desk.engine.context = Context(1, 4)
    await desk.start(TURN)
    desk.hands.do(Inquire(MessageId("c"), PLACE, "context", ""))
    await settle()
    assert "25 % of the context is in use" in desk.told[-1].body.text
