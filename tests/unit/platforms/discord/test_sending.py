"""What is said is shown once, in any number of tries, and edits what was shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.platforms.discord.far_side import FakeWire, user

from carrel.core.errors import Unavailable
from carrel.core.messages import (
    Answer,
    ApprovalCard,
    Body,
    File,
    Gone,
    Mark,
    MissedCard,
    Notice,
    Outbound,
    Progress,
)
from carrel.core.model import Conversation, MessageId, TurnId
from carrel.platforms.discord import sending as module
from carrel.platforms.discord.atlas import snowflake_at
from carrel.platforms.discord.pressing import Pending
from carrel.platforms.discord.sending import LOOK_BACK, Shows
from carrel.platforms.discord.showing import SIGNS, nonce
from carrel.platforms.faults import Unknown
from carrel.ports.platform import Refusal, RetryAfter
from carrel.testing.clock import ManualClock

PLACE = Conversation("discord", "30")
ASKED = MessageId("discord:1/100")
POST, LOOK = "POST /channels/30/messages", "GET /channels/30/messages"
EDIT, TAKE_BACK = "PATCH /channels/30/messages/900", "DELETE /channels/30/messages/900"
MOST = 2_000_000
BOT = user(1, "carrel", bot=True)


class Desk:
    def __init__(self) -> None:
        self.clock, self.wire = ManualClock(2e9), FakeWire({POST: {"id": "900"}, LOOK: []})
        self.pending = Pending(self.clock)
        self.sender = Shows(self.clock, MOST, self.pending)

    async def send(self, body: Body, ref: str | None = None, *, again: bool = False) -> str:
        outbound = Outbound("n", PLACE, body)
        return (await self.sender.send(self.wire, outbound, ref, again=again)).ref

    @property
    def posted(self) -> Any:
        """The body of the one message that was posted."""
        (post,) = [one for one in self.wire.asked if one.what == POST]
        return post.body


@pytest.fixture
def desk() -> Desk:
    return Desk()


def approval(state: str = "open") -> ApprovalCard:
    return ApprovalCard("a1", "Bash", "Run a command", "ls", "/work", state)


def earlier(number: int = 800, text: str = "well", **more: Any) -> dict[str, Any]:
    return {"id": str(number), "author": BOT, "content": text, **more}


def replies(to: int = 100) -> dict[str, Any]:
    return {"message_reference": {"message_id": str(to), "channel_id": "30"}}


CARD = Progress(TurnId("t"))
SHOWN = [Answer("well"), Notice("Stopped."), CARD, approval(), MissedCard(2)]


# New messages.


@pytest.mark.parametrize("body", SHOWN)
async def test_what_is_new_is_posted_under_its_own_nonce(desk, body):
    """spec: 4.2"""
    assert await desk.send(body) == "900"
    assert desk.wire.said == [POST]
    assert (desk.posted["nonce"], desk.posted["enforce_nonce"]) == (nonce("n"), True)
    assert desk.posted["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert desk.sender.knows(desk.posted["nonce"])
    assert not desk.sender.knows(nonce("another"))


@pytest.mark.parametrize(
    ("body", "flags"),
    [(Answer("well"), None), (approval(), None), (MissedCard(2), None), (approval("denied"), 4096),
     (MissedCard(2, state="ignored"), 4096), (Notice("Stopped."), 4096), (CARD, 4096)],
)  # fmt: skip
async def test_only_answers_and_open_questions_ring(desk, body, flags):
    await desk.send(body)
    assert desk.posted.get("flags") == flags


@pytest.mark.parametrize(
    ("body", "reference"),
    [
        (Answer("well", reply_to=ASKED), "100"),
        (Answer("well"), None),
        (Answer("well", reply_to=MessageId("schedule/daily")), None),
        (Answer("well", reply_to=MessageId("console/1f-a")), None),
        (Notice("Stopped.", reply_to=ASKED), "100"),
        (CARD, None),
    ],
)
async def test_an_answer_replies_and_is_said_even_if_the_question_is_gone(desk, body, reference):
    await desk.send(body)
    whole = {"message_id": reference, "fail_if_not_exists": False}
    assert desk.posted.get("message_reference") == (whole if reference else None)


@pytest.mark.parametrize("place", [Conversation("console", "30"), Conversation("discord", "../b")])
@pytest.mark.parametrize("body", [*SHOWN, Gone(), Mark(ASKED, "stored")])
async def test_a_place_that_is_not_discords_is_refused(desk, place, body):
    with pytest.raises(Refusal, match="not Discord's"):
        await desk.sender.send(desk.wire, Outbound("n", place, body), "900", again=True)
    assert not desk.wire.asked


async def test_a_text_that_is_too_long_is_refused_before_it_is_sent(desk):
    with pytest.raises(Refusal, match="longer than 2,000"):
        await desk.send(Answer("x" * 2001))
    assert not desk.wire.asked
    await desk.send(Answer("x" * 2000))
    assert desk.wire.said == [POST]


async def test_only_the_newest_nonces_are_remembered(desk, monkeypatch):
    """spec: 12.1"""
    monkeypatch.setattr(module, "REMEMBERED", 2)
    for name in ("a", "b", "c"):
        await desk.sender.send(desk.wire, Outbound(name, PLACE, CARD), None, again=False)
    assert [desk.sender.knows(nonce(name)) for name in ("a", "b", "c")] == [False, True, True]


@pytest.mark.parametrize("error", [Refusal("no"), RetryAfter(31.0), Unavailable("away")])
async def test_errors_reach_the_outbox(desk, error):
    desk.wire.ready |= {POST: error, TAKE_BACK: error}
    for body, ref in ((Answer("well"), None), (Gone(), "900")):
        with pytest.raises(type(error)):
            await desk.send(body, ref)


# Files.


async def test_a_file_goes_out_with_its_bytes(desk, tmp_path: Path):
    path = tmp_path / "on the disk"
    path.write_bytes(b"\x00abc")
    await desk.send(File("plan.txt", "text/plain", 4, str(path), "Here."))
    (post,) = desk.wire.asked
    assert [(one.name, one.data) for one in post.uploads] == [("plan.txt", b"\x00abc")]
    assert (post.body["content"], post.body["flags"]) == ("Here.", 4096)


async def test_what_is_whole_goes_along(desk):
    await desk.send(Answer("begun", whole="all of it"))
    assert [one.data for one in desk.wire.asked[0].uploads] == [b"all of it"]


async def test_a_file_that_is_too_large_or_gone_is_refused(desk, tmp_path: Path):
    path = tmp_path / "a"
    path.write_bytes(b"x")
    for size, place in ((MOST + 1, path), (1, tmp_path / "gone"), (1, tmp_path)):
        with pytest.raises(Refusal, match=r"plan\.txt"):
            await desk.send(File("plan.txt", "text/plain", size, str(place)))
    assert not desk.wire.asked
    await desk.send(File("plan.txt", "text/plain", MOST, str(path)))
    assert desk.wire.said == [POST]


# Another try.


@pytest.mark.parametrize("body", SHOWN)
async def test_an_earlier_try_is_found_by_its_nonce(desk, body):
    """spec: 4.4"""
    desk.wire.ready[LOOK] = [earlier(700, nonce="another"), earlier(nonce=nonce("n"))]
    assert await desk.send(body, again=True) == "800"
    assert desk.wire.said == [LOOK]


async def test_an_earlier_try_is_found_by_what_it_says_and_replies_to(desk):
    desk.wire.ready[LOOK] = [earlier(**replies())]
    assert await desk.send(Answer(" well\n", reply_to=ASKED), again=True) == "800"
    assert desk.wire.said == [LOOK]


@pytest.mark.parametrize(
    ("body", "there"),
    [
        (Answer("well", reply_to=ASKED), earlier(text="other", **replies())),
        (Answer("well", reply_to=ASKED), earlier(**replies(101))),
        (Answer("well", reply_to=ASKED), earlier()),
        (Answer("well", reply_to=ASKED), earlier(message_reference=None)),
        (Answer("well", reply_to=ASKED), earlier(**replies()) | {"author": user()}),
        (Answer("well"), earlier()),
        (Answer("well"), earlier(**replies())),
        (Notice("well"), earlier()),
        (Notice("other", reply_to=ASKED), earlier(**replies())),
        (CARD, earlier(text="")),
        (approval(), earlier(text="🔐 **Run a command**")),
    ],
)
async def test_what_only_looks_alike_is_not_an_earlier_try(desk, body, there):
    """“Stopped.” is said often: the second one must be shown too."""
    desk.wire.ready[LOOK] = [there]
    assert await desk.send(body, again=True) == "900"
    assert desk.wire.said == [LOOK, POST]
    assert desk.posted["nonce"] == nonce("n")


@pytest.mark.parametrize(
    ("body", "after"),
    [(Answer("well", reply_to=ASKED), 100), (Notice("x"), snowflake_at(2e9 - LOOK_BACK))],
)
async def test_it_is_looked_for_where_it_can_be(desk, body, after):
    await desk.send(body, again=True)
    assert desk.wire.asked[0].query == {"after": after, "limit": 100}


async def test_a_first_try_looks_for_nothing(desk):
    desk.wire.ready[LOOK] = [earlier(nonce=nonce("n"))]
    assert await desk.send(Answer("well")) == "900"
    assert desk.wire.said == [POST]


async def test_a_busy_place_is_looked_through_for_three_pages(desk):
    desk.wire.ready[LOOK] = [earlier(number) for number in range(200, 300)]
    await desk.send(Answer("well", reply_to=ASKED), again=True)
    assert desk.wire.said == [LOOK] * 3 + [POST]
    assert [one.query["after"] for one in desk.wire.asked[:3]] == [100, 299, 299]


async def test_where_nobody_can_look_nothing_is_sent_twice(desk):
    """spec: 4.4"""
    desk.wire.ready[LOOK] = Unavailable("away")
    with pytest.raises(Unavailable):
        await desk.send(Answer("well"), again=True)
    assert POST not in desk.wire.said


# Edits.


@pytest.mark.parametrize("body", SHOWN)
async def test_the_same_nonce_edits_what_was_shown(desk, body):
    """spec: 4.3"""
    assert await desk.send(body, "900", again=True) == "900"
    (edit,) = desk.wire.asked
    assert edit.what == EDIT
    assert not {"nonce", "enforce_nonce", "flags", "message_reference"} & set(edit.body)
    assert edit.body["allowed_mentions"] == {"parse": [], "replied_user": False}


@pytest.mark.parametrize(
    "body", [Answer("well", reply_to=ASKED), approval(), approval("allowed"), Notice("Stopped.")]
)
async def test_what_matters_is_said_anew_where_it_vanished(desk, body):
    desk.wire.ready[EDIT] = Unknown("deleted")
    desk.wire.ready[POST] = {"id": "901"}
    assert await desk.send(body, "900") == "901"
    assert desk.wire.said == [EDIT, POST]


@pytest.mark.parametrize("body", [CARD, File("a", "b", 1, "/nowhere")])
async def test_what_passes_is_not_said_anew(desk, body):
    desk.wire.ready[EDIT] = Unknown("deleted")
    with pytest.raises(Unknown):
        await desk.send(body, "900")
    assert desk.wire.said == [EDIT]


async def test_a_question_that_is_still_open_is_asked_anew_where_it_vanished(desk):
    desk.wire.ready[EDIT] = Unknown("deleted")
    assert await desk.send(MissedCard(3), "900") == "900"
    assert desk.wire.said == [EDIT, POST]


@pytest.mark.parametrize("error", [Refusal("no"), Unavailable("away"), RetryAfter(31.0)])
async def test_an_edit_that_fails_otherwise_says_nothing_anew(desk, error):
    desk.wire.ready[EDIT] = error
    with pytest.raises(type(error)):
        await desk.send(Answer("well"), "900")
    assert desk.wire.said == [EDIT]


# Private answers.


async def test_the_answer_to_a_command_goes_to_who_asked(desk):
    desk.pending.add(ASKED, 9, "secret")
    assert await desk.send(Notice("You are idle.", reply_to=ASKED)) == "answered"
    (asked,) = desk.wire.asked
    assert asked.what == "PATCH /webhooks/9/secret/messages/@original"
    assert asked.body["content"] == "You are idle."


@pytest.mark.parametrize("reply_to", [None, ASKED, MessageId("discord:1/102")])
async def test_an_answer_that_nobody_is_owed_is_said_openly(desk, reply_to):
    desk.pending.add(MessageId("discord:1/101"), 9, "secret")
    assert await desk.send(Notice("You are idle.", reply_to=reply_to)) == "900"
    assert desk.wire.said == [POST]


# What is taken back.


async def test_what_is_gone_can_be_taken_back_twice(desk):
    assert await desk.send(Gone(), "900") == "900"
    desk.wire.ready[TAKE_BACK] = Unknown("deleted")
    assert await desk.send(Gone(), "900", again=True) == "900"
    assert desk.wire.said == [TAKE_BACK] * 2


async def test_what_was_never_shown_is_taken_back_without_a_word(desk):
    assert await desk.send(Gone()) == ""
    assert not desk.wire.asked


async def test_what_may_have_been_shown_is_looked_for_and_taken_back(desk):
    desk.wire.ready[LOOK] = [earlier(900, "", nonce=nonce("n"))]
    await desk.send(Gone(), again=True)
    assert TAKE_BACK in desk.wire.said


# Marks.

SAID = "/channels/30/messages/100"


def react(sign: str) -> str:
    return f"PUT {SAID}/reactions/{SIGNS[sign]}/@me"


def unreact(sign: str) -> str:
    return f"DELETE {SAID}/reactions/{SIGNS[sign]}/@me"


def reactions(*signs: str, me: bool = True) -> list[dict[str, Any]]:
    return [{"emoji": {"name": sign}, "me": me, "count": 1} for sign in signs]


@pytest.mark.parametrize(
    ("sign", "ref", "asked"),
    [
        ("stored", None, [react("stored")]),
        ("working", "stored", [react("working"), unreact("stored")]),
        ("working", "working", []),
    ],
)
async def test_a_mark_is_one_reaction_that_changes(desk, sign, ref, asked):
    """The new one goes first, so that there is always one."""
    assert await desk.send(Mark(ASKED, sign), ref and SIGNS[ref]) == SIGNS[sign]
    assert desk.wire.said == asked


@pytest.mark.parametrize(
    ("ref", "there", "asked"),
    [
        (None, [], [react("working")]),
        (None, reactions("👀"), [react("working"), unreact("stored")]),
        (None, reactions("🧠"), [react("working")]),
        ("👀", reactions("🧠"), [react("working"), unreact("stored")]),
        ("🧠", reactions("👀", "🧠"), [unreact("stored")]),
        (None, reactions("👀", me=False), [react("working")]),
        (None, reactions("👍"), [react("working")]),
        (None, None, [react("working")]),
    ],
)
async def test_another_try_leaves_one_sign_of_ours_and_every_other_one(desk, ref, there, asked):
    desk.wire.ready[f"GET {SAID}"] = {} if there is None else {"reactions": there}
    assert await desk.send(Mark(ASKED, "working"), ref, again=True) == "🧠"
    assert desk.wire.said == [f"GET {SAID}", *asked]


async def test_a_sign_that_somebody_took_away_is_no_fault(desk):
    desk.wire.ready[unreact("stored")] = Unknown("reaction")
    assert await desk.send(Mark(ASKED, "working"), "👀") == "🧠"


async def test_a_mark_on_a_message_that_is_gone_is_refused(desk):
    desk.wire.ready[react("stored")] = Unknown("message")
    with pytest.raises(Refusal):
        await desk.send(Mark(ASKED, "stored"))


async def test_what_no_message_of_the_network_said_is_not_marked(desk) -> None:
    """A reminder is said in a channel by nobody there."""
    assert await desk.send(Mark(MessageId("schedule/reminder:r1"), "stored")) == ""
    assert desk.wire.said == []
