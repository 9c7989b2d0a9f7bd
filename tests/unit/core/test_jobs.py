"""Where a job speaks, who it is, and what is told of it. spec: 13.8"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.admission import Admitted, People, admit
from carrel.core.firing import Every
from carrel.core.jobs import Job, called, meant, reminding, retold, sender
from carrel.core.messages import (
    Answer,
    ApprovalCard,
    File,
    Gone,
    Inbound,
    Mark,
    Menu,
    Notice,
    Progress,
)
from carrel.core.model import Conversation, MessageId, Sender, TurnId
from carrel.core.routing import PlaceRule, Rules, resolve
from carrel.core.schedules import Fire
from carrel.core.windows import window

JOB = Job("report", Every(3600), "What is new?")
FIRED = MessageId("schedule/report@1970-01-01T01:00:00Z")


def test_a_job_speaks_in_a_place_of_its_own() -> None:
    assert JOB.conversation.address == "schedule:report"
    assert Fire("report", 3600.0).message == FIRED
    assert Fire("report", 3600.0, tries=2).message == f"{FIRED}#2"


@pytest.mark.parametrize(
    ("session", "key"),
    [("own", "schedule:report"), ("default", "default"), ("discord:1", "discord:1"),
     ("discord:shared", "default")],
)  # fmt: skip
def test_its_session_is_the_one_it_asks_for(session: str, key: str) -> None:
    job = replace(JOB, session=session)
    rules = Rules(
        shared=frozenset({"discord:shared"}),
        answer="never",
        places={job.conversation.address: job.rule},
    )
    route = resolve(job.conversation, rules)
    assert (route.key, route.waiting, route.trigger) == (key, "queue", "all")


def test_its_own_session_has_its_model_and_mode() -> None:
    job = replace(JOB, model="haiku", mode="auto")
    route = resolve(job.conversation, Rules(places={job.conversation.address: job.rule}))
    assert (route.model, route.mode) == ("haiku", "auto")


@pytest.mark.parametrize(("who", "role"), [(sender(JOB), "approver"), (reminding(), "member")])
def test_a_job_is_heard_with_the_weakest_role_that_serves(who: Sender, role: str) -> None:
    """A reminder may be an engine's own words."""
    people = People(approvers=frozenset({"schedule:job"}), members=frozenset({"schedule:reminder"}))
    said = Inbound("schedule", "1", JOB.conversation, who, "hi", addressed=True)
    route = resolve(JOB.conversation, Rules())
    assert admit(said, people, route, 100) == Admitted(role)
    liar = replace(who, platform="discord")
    assert not isinstance(admit(replace(said, sender=liar), people, route, 100), Admitted)


ANSWER = Answer("all is well", footer="8 s", reply_to=FIRED)
BAD, GOOD = Notice("it broke", "error", reply_to=FIRED), Notice("by the way")
CARD = ApprovalCard("a1", "Bash", "Run", "ls", "/work")
FILE = File("a.txt", "text/plain", 1, "/x/a.txt")


@pytest.mark.parametrize(
    ("notify", "told"),
    [("always", {"answer", "notice", "bad", "file", "card", "menu"}),
     ("on-error", {"bad", "card", "menu"}), ("never", {"card"})],
)  # fmt: skip
def test_notify_decides_what_is_told(notify: str, told: set[str]) -> None:
    bodies = {
        "answer": ANSWER, "notice": GOOD, "bad": BAD, "file": FILE, "card": CARD, "gone": Gone(),
        "mark": Mark(FIRED, "stored"), "progress": Progress(TurnId("x#1")),
        "menu": Menu("No turn begins.", (("Try again now", "/wake"),)),
        "nothing": replace(ANSWER, nothing=True),
    }  # fmt: skip
    job = replace(JOB, notify=notify)
    assert {name for name, body in bodies.items() if retold(job, body) is not None} == told


def test_what_is_told_names_the_job_and_replies_to_nothing() -> None:
    assert retold(JOB, ANSWER) == Answer("all is well", footer="report · 8 s")
    assert retold(JOB, Answer("part one", reply_to=FIRED)) == Answer("part one")
    assert retold(JOB, BAD) == Notice("report: it broke", "error")
    paused = Menu("No turn begins.", (("Try again now", "/wake"),))
    assert retold(JOB, paused) == Notice("report: No turn begins.", "warning")


def test_its_active_hours_are_those_of_its_zone() -> None:
    job = replace(JOB, active=(window("08:00-22:00"),))
    assert job.may_fire(8 * 3600.0)
    assert not job.may_fire(8 * 3600.0 - 1)


def test_what_it_must_keep_to_stay_itself() -> None:
    assert replace(JOB, prompt="else", notify="never").spec == JOB.spec
    assert replace(JOB, when=Every(7200)).spec != JOB.spec
    assert replace(JOB, enabled=False).spec != JOB.spec


def test_a_job_that_shares_a_session_has_its_mode() -> None:
    job = replace(JOB, session="discord:1")
    places = {job.conversation.address: job.rule, "discord:1": PlaceRule(mode="plan")}
    assert resolve(job.conversation, Rules(places=places)).mode == "plan"
    assert resolve(Conversation("discord", "1"), Rules(places=places)).mode == "plan"


def test_a_request_has_another_name_where_the_job_notifies() -> None:
    """spec: 13.14"""
    other = replace(JOB, name="other")
    there = called(JOB, "ab12")
    assert meant(JOB, f"/allow {there} session") == "/allow ab12 session"
    assert meant(JOB, f"/deny {there}  two  words") == "/deny ab12 two  words"
    for text in (f"/allow {called(other, 'ab12')}", "/allow ab12", f"/mode {there}", "/allow", ""):
        assert meant(JOB, text) is None, text


@given(st.text(), st.sampled_from(["/allow ", "/new", ""]))
def test_whatever_is_said_is_meant_or_not(text: str, word: str) -> None:
    found = meant(JOB, word + text)
    assert found is None or found.startswith("/allow ")


def test_what_is_offered_elsewhere_is_about_the_job_s_own_requests_only() -> None:
    """Its places' names for people mean nobody there, and other commands another session."""
    away = ("Nobody is there", "/deny ab12 Nobody is there.")
    menu = Menu("Stuck", (away, ("Try again now", "/wake")), calls=("job",))
    there = f"/deny {called(JOB, 'ab12')} Nobody is there."
    assert retold(JOB, menu) == Menu("report: Stuck", ((away[0], there),))
