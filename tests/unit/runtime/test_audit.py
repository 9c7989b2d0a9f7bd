"""Who was heard, what was decided: one line each, and nobody's words in it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from carrel.core.messages import ApprovalCard
from carrel.core.model import Sender
from carrel.runtime.audit import QUIET_SECONDS, REMEMBERED
from carrel.testing.clock import settle
from carrel.testing.house import House

MIA = Sender("fake", "mia", "Canary the Name")
EVE = Sender("fake", "eve", "Canary the Stranger")


class Audited(House):
    """A house, and what it notes down."""

    def noted(self) -> list[dict[str, str]]:
        return [line for line in self.logs if "who" in line or "request" in line]


@pytest.fixture
async def audited(tmp_path):
    with capture_logs() as logs:
        async with Audited(tmp_path) as house:
            house.logs = logs
            yield house
    assert "canary" not in json.dumps(logs).lower()


def noted(house) -> list[str]:
    return [line["event"] for line in house.noted()]


async def test_who_is_heard_is_noted_by_address_and_role(audited) -> None:
    """spec: 18.6"""
    await audited.say("canary", sender=MIA)
    (line,) = audited.noted()
    assert (line["who"], line["where"], line["role"]) == ("fake:mia", "fake:a", "member")
    assert line["message"] == "fake/m1"


async def test_a_command_is_named_and_what_follows_it_is_not(audited) -> None:
    """spec: 18.6"""
    await audited.say("/files canary")
    await audited.say("/forget yes", sender=MIA)
    lines = [(line["event"], line["name"], line["role"]) for line in audited.noted()]
    assert lines == [("command", "files", "owner"), ("command refused", "forget", "member")]


async def test_a_stranger_is_noted_once_an_hour_in_each_place(audited) -> None:
    """spec: 18.6"""
    for channel in ("a", "a", "b"):
        await audited.say("canary", channel, sender=EVE)
    assert [(line["event"], line["where"]) for line in audited.noted()] == [
        ("not heard", "fake:a"),
        ("not heard", "fake:b"),
    ]
    await audited.clock.advance(QUIET_SECONDS)
    await audited.say("canary", sender=EVE)
    assert len(noted(audited)) == 3


async def test_strangers_without_number_are_not_all_remembered(audited) -> None:
    """spec: 12.1"""
    for number in range(REMEMBERED + 5):
        await audited.say("canary", sender=Sender("fake", f"eve{number}", ""))
    assert len(audited.intake._door._strangers) == REMEMBERED


async def test_a_guest_who_is_not_taken_is_noted_like_a_stranger(audited) -> None:
    """spec: 12.1"""
    audited.guestbook.listed = replace(audited.guestbook.listed, guests=frozenset({EVE.address}))
    for _ in range(5):
        await audited.say("/stop", "c", sender=EVE)
        await audited.say("x" * 3_000, "c", sender=EVE)
    assert [line["event"] for line in audited.noted()] == ["not heard"]
    assert "fake:c" not in [row.key for row in await audited.store.sessions(10)]


async def test_an_answer_to_a_request_is_noted_with_the_hash_of_what_was_asked(audited) -> None:
    """spec: 18.6"""
    await audited.say("ask canary?")
    cards = lambda: [  # noqa: E731 - read again each time
        o.body for o in audited.platform.shown.values() if isinstance(o.body, ApprovalCard)
    ]
    await audited.platform.until(lambda: bool(cards()))
    request = cards()[0].approval
    await audited.say(f"/deny {request} canary")
    await audited.say(f"/allow {request}")
    await settle()
    lines = [line for line in audited.noted() if "request" in line]
    assert [(one["event"], one["decision"]) for one in lines] == [
        ("request answered", "deny"),
        ("answer too late", "allow"),
    ]
    assert lines[0]["digest"]
    assert lines[0]["tool"] == "Bash"


async def test_what_an_owner_decides_about_a_guest_is_noted(audited) -> None:
    """spec: 18.6"""
    audited.guestbook.listed = replace(audited.guestbook.listed, guests=frozenset({EVE.address}))
    await audited.say("canary", sender=EVE)
    await settle()
    for _ in range(2):
        await audited.say("/guest refuse fake/m1")
        await settle()
    lines = [line for line in audited.logs if line["event"].startswith("guest decided")]
    assert [line["event"] for line in lines] == ["guest decided", "guest decided too late"]
    assert (lines[0]["guest"], lines[0]["choice"], lines[0]["said"]) == (
        EVE.address,
        "refuse",
        "fake/m1",
    )
    assert lines[0]["message"] == "fake/m2"
