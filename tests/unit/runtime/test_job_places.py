"""spec: 13.8"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from carrel.core.errors import Refused, Unavailable
from carrel.core.firing import Every
from carrel.core.jobs import Job
from carrel.core.messages import Answer, ApprovalCard, Inbound, Menu, Notice, Outbound
from carrel.core.model import Attachment, Conversation, Sender
from carrel.core.requests import ESCALATE_AFTER
from carrel.core.routing import PlaceRule, Rules
from carrel.ports.platform import Refusal
from carrel.runtime.job_book import JobBook
from carrel.runtime.job_places import NOBODY, JobPlaces
from carrel.runtime.outbox import Outbox
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock, settle
from carrel.testing.house import ADA, PEOPLE, House, JobList, RecordingPlatform

MIA = Sender("fake", "mia", "Mia")

PLACE = Conversation("fake", "a")
JOB = Job("report", Every(3600), "hello", notify_to=PLACE)


def house(tmp_path: Path, *jobs: Job) -> House:
    return House(tmp_path, jobs=JobList(list(jobs)))


async def fire(house: House, name: str = "report") -> None:
    await house.schedules.look()
    await house.desk.fire_now(name)
    await house.schedules.look()
    await settle()


async def test_an_answer_is_told_where_the_job_notifies_and_kept_where_it_speaks(tmp_path) -> None:
    async with house(tmp_path, JOB) as home:
        await fire(home)
        assert home.platform.answers("a") == ["echo: hello"]
        shown = [one.outbound for one in await home.store.history(PLACE, 9)]
        assert [one.body.text for one in shown] == ["echo: hello"], "it is in that place's history"
        own = await home.store.history(JOB.conversation, 9)
        assert [bool(one.inbound) for one in own] == [True, False]


@pytest.mark.parametrize(
    ("notify", "prompt", "answers", "notices"),
    [
        ("always", "fail no", [], ["report: no"]),
        ("on-error", "fail no", [], ["report: no"]),
        ("on-error", "hello", [], []),
        ("never", "fail no", [], []),
    ],
)
async def test_notify_decides(tmp_path, notify, prompt, answers, notices) -> None:
    async with house(tmp_path, replace(JOB, notify=notify, prompt=prompt)) as home:
        await fire(home)
        assert (home.platform.answers("a"), home.platform.notices()) == (answers, notices)


def cards(home: House) -> list[ApprovalCard]:
    bodies = (shown.body for shown in home.platform.shown.values())
    return [body for body in bodies if isinstance(body, ApprovalCard)]


async def test_a_request_that_nobody_can_answer_is_denied_at_once(tmp_path) -> None:
    async with house(tmp_path, replace(JOB, prompt="ask May I?", notify_to=None)) as home:
        await fire(home)
        (done,) = await home.desk.history("report", 2)
        assert done.answer == f"denied: {NOBODY}"


async def test_a_job_s_request_is_answered_where_it_notifies_and_reaches_the_job(tmp_path) -> None:
    """spec: 13.14"""
    async with house(tmp_path, replace(JOB, prompt="ask May I?")) as home:
        await fire(home)
        (card,) = cards(home)
        for channel, sender in (("b", ADA), ("a", MIA)):
            await home.say(f"/allow {card.approval}", channel, sender)
            await settle()
            assert cards(home)[0].state == "open", "elsewhere, or by whoever may not"
        await home.say(f"/allow {card.approval.partition('.')[2]}")
        await settle()
        assert cards(home)[0].state == "open", "by its own name that place's session is asked"
        await home.say(f"/allow {card.approval}")
        await settle()
        assert home.platform.answers("a") == ["allowed"]
        assert (cards(home)[0].state, cards(home)[0].by) == ("allowed", "Ada")


@pytest.mark.parametrize(
    ("listed", "session", "named", "may"),
    [
        (True, "own", {}, True),
        (True, "own", {"fake:a": {"zoe"}}, False),
        (True, "own", {"fake:server": {"zoe"}}, False),
        (True, "fake:b", {"fake:b": {"zoe"}}, False),
        (False, "own", {"fake:a": {"mia"}}, True),
        (False, "fake:b", {"fake:a": {"mia"}}, False),
        (False, "fake:b", {"fake:a": {"zoe"}, "fake:b": {"mia"}}, False),
        (False, "fake:b", {"fake:a": {"mia"}, "fake:b": {"mia"}}, True),
    ],
)
async def test_who_answers_a_job_may_do_so_where_it_is_shown_and_where_it_works(
    tmp_path, listed, session, named, may
) -> None:
    """Listed, Mia approves wherever no place has others. spec: 5.11"""
    job = replace(JOB, prompt="ask May I?", session=session)
    home = house(tmp_path, job)
    people = {place: frozenset(f"fake:{one}" for one in who) for place, who in named.items()}
    places = {place: PlaceRule(approvers=who) for place, who in people.items()}
    home.rules = Rules(waiting="queue", places=places)
    async with home:
        if listed:
            home.guestbook.listed = replace(PEOPLE, approvers=PEOPLE.approvers | {"fake:mia"})
        await fire(home)
        (card,) = cards(home)
        here = Conversation("fake", "a", within=("server",))
        said = Inbound("fake", "m9", here, MIA, f"/allow {card.approval}", addressed=True)
        await home.intake.accept(said)
        await settle()
        assert cards(home)[0].state == ("allowed" if may else "open")


async def test_where_others_may_approve_nothing_is_allowed_for_a_whole_project(tmp_path) -> None:
    """spec: 5.11"""
    home = house(tmp_path, replace(JOB, prompt="ask May I?"))
    named = PlaceRule(approvers=frozenset({"fake:mia"}))
    home.rules = Rules(waiting="queue", places={"fake:server": named})
    async with home:
        home.guestbook.listed = replace(PEOPLE, approvers=PEOPLE.approvers | {"fake:mia"})
        await fire(home)
        (card,) = cards(home)
        here = Conversation("fake", "a", within=("server",))
        for number, how in enumerate((" project", "")):
            text = f"/allow {card.approval}{how}"
            said = Inbound("fake", f"m{number}", here, MIA, text, addressed=True)
            assert cards(home)[0].state == "open"
            await home.intake.accept(said)
            await settle()
        assert cards(home)[0].state == "allowed"
        history = await home.store.history(JOB.conversation, 9)
        assert "only an owner may allow it for the whole project" in str(history)


async def test_a_job_s_request_that_waits_is_reminded_of_where_it_notifies(tmp_path) -> None:
    """spec: 13.14"""
    async with house(tmp_path, replace(JOB, prompt="ask May I?")) as home:
        await fire(home)
        await home.clock.advance(ESCALATE_AFTER + 1)
        await settle()
        menus = [s.body for s in home.platform.shown.values() if isinstance(s.body, Menu)]
        assert [menu.text[:29] for menu in menus] == [
            "report: Still waiting for an ",
            "report: Nobody has answered f",
        ]
        ((_, command),) = menus[1].options
        await home.say(command)
        await settle()
        (answer,) = home.platform.answers("a")
        assert answer.startswith("denied: Nobody is there now")


async def test_a_request_can_be_answered_in_the_session_s_own_place(tmp_path) -> None:
    job = replace(JOB, session="fake:a", prompt="ask May I?")
    async with house(tmp_path, job) as home:
        await fire(home)
        (card,) = [o.body for o in home.platform.shown.values() if isinstance(o.body, ApprovalCard)]
        await home.say(f"/allow {card.approval}")
        await settle()
        assert home.platform.answers("a") == ["allowed"]
        (card,) = [o.body for o in home.platform.shown.values() if isinstance(o.body, ApprovalCard)]
        assert card.state == "allowed", "the card that was told is the one that changes"


async def test_a_long_answer_is_cut_as_that_place_wants_it(tmp_path) -> None:
    home = house(tmp_path, replace(JOB, prompt="word " * 100))
    home.platform = RecordingPlatform(text=200)
    async with home:
        await fire(home)
        assert len(home.platform.answers("a")) > 2


class Desk:
    """The places by themselves."""

    def __init__(self, *jobs: Job) -> None:
        self.store, self.clock = MemoryStore(), ManualClock()
        self.platforms = {"fake": RecordingPlatform()}
        outbox = Outbox(self.store, {}, self.clock)
        self.book = JobBook(JobList(list(jobs)), Rules())
        self.places = JobPlaces(self.book, self.store, outbox, self.platforms, self.clock)

    async def send(self, body: object) -> list[Outbound]:
        await self.book.refresh()
        await self.places.send(Outbound("n", JOB.conversation, body), None, again=False)
        return [row.outbound for row in await self.store.due(None, 9)]


async def test_to_say_it_again_is_to_edit_what_was_told() -> None:
    desk = Desk(JOB)
    await desk.send(Notice("one"))
    assert await desk.send(Notice("two")) == [Outbound("n.told", PLACE, Notice("report: two"))]


async def test_a_job_that_is_gone_or_tells_nobody_tells_nobody() -> None:
    assert await Desk().send(Answer("hi")) == []
    assert await Desk(replace(JOB, notify_to=None)).send(Answer("hi")) == []


async def test_a_place_of_no_platform_is_refused() -> None:
    with pytest.raises(Refusal, match="no platform 'slack'"):
        await Desk(replace(JOB, notify_to=Conversation("slack", "1"))).send(Answer("hi"))


async def test_a_request_before_anybody_listens_comes_again() -> None:
    card, unasked = ApprovalCard("a1", "Bash", "Run", "ls", "/work"), replace(JOB, notify_to=None)
    with pytest.raises(Unavailable):
        await Desk(unasked).send(card)
    assert await Desk(unasked).send(replace(card, state="denied")) == []


async def test_a_job_brings_no_files_and_misses_nothing() -> None:
    places = Desk(JOB).places
    with pytest.raises(Refused):
        await places.fetch(Attachment("a", "b", 1, "c"), Path("x"))
    assert places.stale((), 0.0) == ()
    assert (await places.history(PLACE, None, 0.0)).messages == ()
    await places.typing(PLACE)
