"""Every press is the command it stands for, and is answered once, in time, whatever happens."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from tests.unit.platforms.discord.far_side import CHANNEL, SERVER, FakeWire, atlas, channel, user

from carrel.core.command_table import COMMANDS
from carrel.core.commands import find
from carrel.core.errors import Refused, Unavailable
from carrel.core.messages import Inbound
from carrel.core.model import MessageId
from carrel.platforms import answering
from carrel.platforms.discord import pressing as module
from carrel.platforms.discord.atlas import unix_of
from carrel.platforms.discord.pressing import TOKEN_LIFE, WAITING, Pending, Presses, table
from carrel.platforms.faults import Unknown
from carrel.ports.platform import Refusal, RetryAfter, Verdict
from carrel.tasks import Tasks
from carrel.testing.clock import ManualClock, settle

SLASH, PRESS, COMPLETION, FORM = 2, 3, 4, 5
ANSWER = "POST /interactions/700/secret/callback"
FINISH = "PATCH /webhooks/9/secret/messages/@original"
ORIGINAL = {"content": "You are idle."}
BEGUN = Verdict("accepted")


class FakeIntake:
    """Stores what it is given, as the real one does: once begun, whoever asked may go away."""

    def __init__(self, verdict: Verdict | Exception = BEGUN) -> None:
        self.verdict = verdict
        self.stored: list[Inbound] = []
        self.ready = asyncio.Event()
        self.ready.set()
        self._tasks = Tasks("test")

    async def accept(self, inbound: Inbound) -> Verdict:
        return await asyncio.shield(self._tasks.start(self._accept(inbound), inbound.id))

    async def _accept(self, inbound: Inbound) -> Verdict:
        await self.ready.wait()
        if isinstance(self.verdict, Exception):
            raise self.verdict
        self.stored.append(inbound)
        return self.verdict

    async def complete(self, *asked: object) -> tuple[tuple[str, str], ...]:
        await self.ready.wait()
        if isinstance(self.verdict, Exception):
            raise self.verdict
        _, sender, *words = asked
        return ((f"{sender.id} {' '.join(words)}" + "x" * 200, "value"), ("long", "v" * 101))


class Desk:
    """Somebody presses, and the far side notes the answers."""

    def __init__(self) -> None:
        self.clock, self.wire, self.intake = ManualClock(), FakeWire(), FakeIntake()
        self.pending, self.atlas = Pending(self.clock), atlas()
        self.presses = Presses(self.atlas, self.wire, self.intake, self.pending, "discord:1")

    async def press(self, data: dict[str, Any]) -> Any:
        """The one first answer to it."""
        await self.presses.take(data)
        (asked,) = self.wire.asked
        assert asked.what == ANSWER
        return asked.body


@pytest.fixture
async def desk() -> Desk:
    return Desk()


def pressed(kind: int, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "700",
        "type": kind,
        "application_id": "9",
        "token": "secret",
        "channel_id": str(CHANNEL),
        "guild_id": str(SERVER),
        "member": {"user": user(), "nick": "Ada", "roles": ["12"]},
        "data": data,
        **more,
    }


def slash(name: str = "stop", **words: str) -> dict[str, Any]:
    options = [{"name": option, "type": 3, "value": word} for option, word in words.items()]
    return pressed(SLASH, {"name": name, "options": options} if words else {"name": name})


def button(custom_id: str = "/stop") -> dict[str, Any]:
    return pressed(PRESS, {"custom_id": custom_id, "component_type": 2})


def form(custom_id: str, *fields: dict[str, str]) -> dict[str, Any]:
    rows = [{"type": 1, "components": [{"type": 4, **field}]} for field in fields]
    return pressed(FORM, {"custom_id": custom_id, "components": rows})


def told(text: str) -> dict[str, Any]:
    """A first answer that only the presser sees."""
    return {"type": 4, "data": {"content": text, "flags": 64}}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (slash("stop"), "/stop"),
        (slash("allow", id="a1"), "/allow a1"),
        (slash("deny", why="not like this", id="a1"), "/deny a1 not like this"),
        (button("/allow a1"), "/allow a1"),
        (pressed(PRESS, {"custom_id": "choose", "values": ["/missed answer"]}), "/missed answer"),
        (pressed(PRESS, {"custom_id": "/stop", "values": []}), "/stop"),
        (form("/deny a1", {"value": "too risky"}), "/deny a1 too risky"),
        (form("/deny a1", {"value": " too\n\nrisky "}), "/deny a1 too risky"),
        (form("/deny a1", {"value": ""}), "/deny a1"),
        (form("/deny a1", {}), "/deny a1"),
        (form("/deny a1", {"value": "a"}, {"value": "b"}), "/deny a1 a b"),
    ],
)
async def test_what_is_pressed_is_a_command_as_it_would_be_typed(desk, data, text):
    await desk.press(data)
    assert [one.text for one in desk.intake.stored] == [text]


async def test_a_press_has_a_place_a_sender_and_a_time(desk):
    inbound = desk.presses.inbound(slash())
    assert inbound.message_id == "discord:1/700"
    assert (inbound.conversation.address, inbound.conversation.within) == (
        "discord:30",
        ("40", "50"),
    )
    assert (inbound.sender.id, inbound.sender.name) == ("2", "Ada")
    assert inbound.sender.roles == {"role:12", "server:50"}
    assert (inbound.addressed, inbound.at) == (True, unix_of(700))


async def test_a_press_where_nobody_was_heard_yet_tells_of_the_place(desk):
    thread = channel(21, 11, "new", parent_id=str(CHANNEL))
    data = slash() | {"channel_id": "21", "channel": thread}
    assert desk.presses.inbound(data).conversation.within == ("30", "40", "50")


async def test_a_press_in_a_direct_conversation_is_one_persons(desk):
    data = slash() | {"channel_id": "60", "user": user()}
    del data["guild_id"], data["member"]
    inbound = desk.presses.inbound(data)
    assert (inbound.conversation.address, inbound.conversation.direct) == ("discord:60", True)
    assert (inbound.sender.name, inbound.sender.roles) == ("ada", frozenset())


REFUSED = Verdict("refused", "The queue is full.")
IGNORED = Verdict("ignored", "nobody knows them")


@pytest.mark.parametrize(
    ("data", "verdict", "answer"),
    [
        (slash("stop"), BEGUN, told("✓ `/stop`")),
        (slash("deny", id="a1", why="w" * 200), BEGUN, told(f"✓ `/deny a1 {'w' * 91}`")),
        (slash("stop"), Verdict("duplicate"), told("✓ `/stop`")),
        (slash("status"), BEGUN, {"type": 5, "data": {"flags": 64}}),
        (slash("help"), BEGUN, {"type": 5, "data": {"flags": 64}}),
        (button(), BEGUN, {"type": 6}),
        (button(), Verdict("duplicate"), {"type": 6}),
        (form("/deny a1", {"value": "x"}), BEGUN, {"type": 6}),
        (slash("stop"), REFUSED, told("The queue is full.")),
        (slash("status"), REFUSED, told("The queue is full.")),
        (button(), REFUSED, told("The queue is full.")),
        (slash("stop"), IGNORED, told(answering.DEAF)),
        (button(), IGNORED, told(answering.DEAF)),
        (slash("stop"), Unavailable("away"), told(answering.AWAY)),
        (button(), Unavailable("away"), told(answering.AWAY)),
    ],
)
async def test_the_first_answer(desk, data, verdict, answer):
    """spec: 2.6"""
    desk.intake.verdict = verdict
    assert await desk.press(data) == answer


async def test_why_somebody_is_not_heard_stays_in_the_log(desk):
    desk.intake.verdict = IGNORED
    assert "nobody knows them" not in str(await desk.press(slash()))


@pytest.mark.parametrize("data", [slash("stop"), slash("status"), button()])
async def test_what_takes_long_is_told_and_carried_through(desk, monkeypatch, data):
    """Discord gives three seconds; what comes later finds the press gone."""
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    desk.intake.ready.clear()
    assert await desk.press(data) == told(answering.SLOW)
    desk.intake.ready.set()
    await settle()
    assert len(desk.intake.stored) == 1
    assert not await desk.pending.finish(desk.wire, MessageId("discord:1/700"), ORIGINAL)


async def test_words_are_completed_with_nothing_and_stored_nowhere(desk):
    answer = await desk.press(pressed(COMPLETION, {"name": "deny", "options": []}))
    assert answer == {"type": 8, "data": {"choices": []}}
    assert not desk.intake.stored


def typing(name: str, value: str) -> dict[str, Any]:
    options = [{"name": name, "type": 3, "value": value, "focused": True}]
    return pressed(COMPLETION, {"name": "resume", "options": options})


async def test_what_may_follow_is_told_as_far_as_it_fits(desk):
    answer = await desk.press(typing("name", "la"))
    (choice,) = answer["data"]["choices"]
    assert choice["value"] == "value"
    assert "resume name la" in choice["name"]
    assert len(choice["name"]) == 100


@pytest.mark.parametrize("verdict", [Unavailable("away"), Refused("no"), None])
async def test_what_is_not_known_in_time_completes_nothing(desk, monkeypatch, verdict):
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    desk.intake.verdict = verdict
    if verdict is None:
        desk.intake.ready.clear()
    answer = await desk.press(typing("name", "la"))
    assert answer == {"type": 8, "data": {"choices": []}}


async def test_a_button_that_asks_opens_a_form_and_stores_nothing_yet(desk):
    answer = await desk.press(button("ask /deny a1"))
    assert (answer["type"], answer["data"]["custom_id"]) == (9, "/deny a1")
    assert not desk.intake.stored


@pytest.mark.parametrize("error", [Unknown("too late"), Refusal("answered"), Unavailable("away")])
@pytest.mark.parametrize("data", [slash("stop"), slash("status"), button()])
async def test_a_press_that_cannot_be_acknowledged_does_no_harm(desk, data, error):
    desk.wire.ready[ANSWER] = error
    await desk.press(data)
    assert len(desk.intake.stored) == 1


@pytest.mark.parametrize("error", [Refusal("late"), Unavailable("away")])
async def test_a_form_that_cannot_be_opened_does_no_harm(desk, error):
    desk.wire.ready[ANSWER] = error
    assert (await desk.press(button("ask /deny a1")))["type"] == 9


async def test_a_pause_before_an_acknowledgement_does_no_harm(desk):
    desk.wire.ready[ANSWER] = RetryAfter(31.0)
    await desk.press(button())
    assert len(desk.intake.stored) == 1


# Private answers.


async def test_a_private_answer_takes_the_place_of_the_first_and_is_given_once(desk):
    await desk.press(slash("status"))
    command = desk.intake.stored[0].message_id
    assert await desk.pending.finish(desk.wire, command, ORIGINAL)
    assert (desk.wire.said[1:], desk.wire.asked[1].body) == ([FINISH], ORIGINAL)
    assert not await desk.pending.finish(desk.wire, command, ORIGINAL)
    assert desk.wire.said[1:] == [FINISH]


@pytest.mark.parametrize(
    ("data", "verdict"),
    [(slash("stop"), BEGUN), (button("/status"), BEGUN), (slash("status"), REFUSED),
     (slash("status"), IGNORED), (slash("status"), Unavailable("away"))],
)  # fmt: skip
async def test_nothing_is_owed_where_no_private_answer_was_promised(desk, data, verdict):
    desk.intake.verdict = verdict
    await desk.press(data)
    assert not await desk.pending.finish(desk.wire, MessageId("discord:1/700"), ORIGINAL)


@pytest.mark.parametrize(("seconds", "given"), [(TOKEN_LIFE, True), (TOKEN_LIFE + 1, False)])
async def test_an_answer_is_owed_as_long_as_discord_takes_it(desk, seconds, given):
    """After that it must be said openly."""
    desk.pending.add(MessageId("c"), 9, "secret")
    await desk.clock.advance(seconds)
    assert await desk.pending.finish(desk.wire, MessageId("c"), ORIGINAL) is given
    assert desk.wire.said == [FINISH] * given


async def test_an_answer_that_discord_refuses_must_be_said_openly(desk):
    desk.pending.add(MessageId("c"), 9, "secret")
    desk.wire.ready[FINISH] = Unknown("expired")
    assert not await desk.pending.finish(desk.wire, MessageId("c"), ORIGINAL)


@pytest.mark.parametrize("error", [Unavailable("away"), RetryAfter(31.0)])
async def test_an_answer_that_fails_for_the_moment_is_still_owed(desk, error):
    desk.pending.add(MessageId("c"), 9, "secret")
    desk.wire.ready[FINISH] = error
    with pytest.raises(type(error)):
        await desk.pending.finish(desk.wire, MessageId("c"), ORIGINAL)
    del desk.wire.ready[FINISH]
    assert await desk.pending.finish(desk.wire, MessageId("c"), ORIGINAL)


async def test_only_the_newest_debts_are_remembered(desk):
    """spec: 12.1"""
    for number in range(WAITING + 1):
        desk.pending.add(MessageId(str(number)), 9, "secret")
    assert not await desk.pending.finish(desk.wire, MessageId("0"), ORIGINAL)
    assert await desk.pending.finish(desk.wire, MessageId("1"), ORIGINAL)
    assert len(desk.pending._asked) == WAITING - 1


# The table.


def test_the_table_is_one_that_discord_takes():
    assert [one["name"] for one in table()] == [
        command.name for command in COMMANDS if command.listed
    ]
    for command in table():
        assert find(f"/{command['name']} x") is not None
        for one in (command, *command["options"]):
            assert re.fullmatch(r"[a-z0-9_-]{1,32}", one["name"])
            assert 1 <= len(one["description"]) <= 100
        required = [option["required"] for option in command["options"]]
        assert required == sorted(required, reverse=True)
        assert all(len(option["choices"]) <= 25 for option in command["options"])


async def test_a_press_waits_for_the_store_before_it_is_acknowledged(desk):
    """spec: 2.1"""
    desk.intake.ready.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(desk.press(button()))
        await settle()
        assert not desk.wire.asked
        desk.intake.ready.set()
    assert desk.wire.said == [ANSWER]
