"""Approvers of one place: not of a session that is many places'."""

from __future__ import annotations

from tests.unit.settings.test_loading import fault, said

from carrel.core.jobs import JOB_ID, PLATFORM
from carrel.core.model import Conversation, Sender
from carrel.core.routing import resolve

NAMED = '[conversations."discord:1"]\napprovers = ["discord:7"]\n'


def test_a_place_on_the_shared_session_names_none(tmp_path) -> None:
    """spec: 5.11"""
    told = fault(tmp_path, f'shared = ["discord:1"]\n{NAMED}')
    assert "carrel.toml:3: conversations.discord:1.approvers" in told
    assert "its approvers are those of [people]" in told


def test_what_is_no_person_is_refused(tmp_path) -> None:
    assert "platform:id" in fault(tmp_path, NAMED.replace("discord:7", "Ada"))


def test_jobs_speak_for_the_operator_there_too(tmp_path) -> None:
    settings = said(tmp_path, NAMED)
    route = resolve(Conversation("discord", "1"), settings.rules())
    people = settings.listed()
    assert people.role(Sender(PLATFORM, JOB_ID, "report"), route.approvers) == "approver"
    assert people.role(Sender("discord", "7", "Mia"), route.approvers) == "approver"
    assert people.role(Sender("discord", "7", "Mia")) is None
