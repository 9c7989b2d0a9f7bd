"""How a session leaves its engine conversation, takes one up again, or forgets everything."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.core.sessions import KEY, PLACE, TOKEN, bodies, ended, prompt, run

from carrel.core.effects import (
    CloseEngine,
    Discard,
    InterruptTurn,
    Leave,
    Remember,
    Revoke,
    Settle,
    Shelve,
    StartTurn,
    Unshelve,
)
from carrel.core.events import Discarded, ForgetAsked, NewAsked, Prompted, ResumeAsked
from carrel.core.grants import Pattern
from carrel.core.messages import Menu, Notice
from carrel.core.model import Grant, MessageId, Past, ResumeToken, Session
from carrel.core.renewing import MAX_PAST
from carrel.core.session import step

COMMAND = MessageId("console/c")
NEW = NewAsked(COMMAND, PLACE, "Ada", 50.0)
FORGET = ForgetAsked(COMMAND, PLACE, sure=True)
OLD = Past(ResumeToken("scripted", "older-one", "/"), "the tax return", 1.0)
IDLE = Session(KEY, resume=TOKEN, topic="the garden", past=(OLD,))


def resume(name: str = "") -> ResumeAsked:
    return ResumeAsked(COMMAND, PLACE, name, 60.0)


def test_new_keeps_the_old_conversation_to_be_taken_up_again() -> None:
    session, effects = step(IDLE, NEW)
    left = Past(TOKEN, "the garden", 50.0)
    assert (session.resume, session.topic, session.past) == (None, "", (left, OLD))
    assert {Shelve(left), Remember(None), CloseEngine()} <= set(effects)


def test_new_during_a_turn_stops_it_first_and_keeps_its_conversation() -> None:
    session, effects = run(Prompted(prompt(1)), NEW)
    assert InterruptTurn(session.turn.id) in effects
    assert session.past == ()
    session, effects = step(session, ended(session.turn.id, "stopped"))
    assert [past.topic for past in session.past] == ["text 1"]
    assert (session.resume, session.topic) == (None, "")
    assert Settle(COMMAND, "done") in effects


def test_new_where_nothing_was_said_shelves_nothing() -> None:
    session, effects = step(Session(KEY), NEW)
    assert session.past == ()
    assert not [e for e in effects if isinstance(e, Shelve)]


def test_only_so_many_earlier_ones_are_remembered() -> None:
    many = tuple(replace(OLD, at=float(n)) for n in range(MAX_PAST))
    session, _ = step(replace(IDLE, past=many), NEW)
    assert len(session.past) == MAX_PAST


def test_the_first_words_name_a_conversation_until_the_next_begins() -> None:
    session, _ = run(Prompted(replace(prompt(1), text="the roof\n" + "leaks " * 30)))
    assert session.topic.startswith("the roof leaks leaks")
    assert len(session.topic) <= 60
    session, _ = step(session, ended(session.turn.id))
    session, _ = step(session, Prompted(prompt(2)))
    assert session.topic.startswith("the roof")


def test_the_earlier_ones_are_listed() -> None:
    same, effects = step(IDLE, resume())
    assert same == IDLE
    (menu,) = bodies(effects, Menu)
    assert menu.options == (("1 Jan the tax return", "/resume older-on"),)
    _, effects = step(replace(IDLE, past=()), resume())
    assert "no earlier" in bodies(effects, Notice)[0].text


def test_an_earlier_one_goes_on_and_the_present_one_can_be_taken_up_later() -> None:
    session, effects = step(IDLE, resume("older-on"))
    assert (session.resume, session.topic) == (OLD.resume, "the tax return")
    assert session.past == (Past(TOKEN, "the garden", 60.0),)
    order = [e for e in effects if isinstance(e, Remember | Unshelve)]
    assert order == [Remember(None), Unshelve(OLD), Remember(OLD.resume)]
    assert "the tax return" in bodies(effects, Notice)[0].text


def test_what_is_no_conversation_or_comes_during_a_turn_is_told() -> None:
    same, effects = step(IDLE, resume("nonsense"))
    assert same == IDLE
    assert "lists them" in bodies(effects, Notice)[0].text
    busy, _ = step(IDLE, Prompted(prompt(1)))
    same, effects = step(busy, resume("older-on"))
    assert same == busy
    assert "/stop" in bodies(effects, Notice)[0].text


def test_forgetting_asks_first() -> None:
    same, effects = step(IDLE, replace(FORGET, sure=False))
    assert same == IDLE
    (menu,) = bodies(effects, Menu)
    assert "30 days" in menu.text
    assert menu.options[0][1] == "/forget yes"


def test_forgetting_lets_go_of_everything_and_begins_anew() -> None:
    """spec: 8.10"""
    session, effects = step(IDLE, FORGET)
    assert {Leave(gone=False), Unshelve(None), Remember(None), Discard()} <= set(effects)
    assert Settle(COMMAND, "done") in effects
    assert (session.leaving, session.resume, session.past) == (True, None, ())
    session, effects = step(session, Prompted(prompt(1)))
    assert session.turn is None, "nothing starts before the folders are gone"
    session, effects = step(session, Discarded())
    (start,) = (e for e in effects if isinstance(e, StartTurn))
    assert start.resume is None


def test_forgetting_takes_back_what_was_allowed_for_good() -> None:
    grant = Grant("g1", "ls *", "Ada", 1.0, Pattern("Bash", ("ls",), more=True), lasting=True)
    session, effects = step(replace(IDLE, grants=(grant,)), FORGET)
    assert Revoke("g1") in effects
    assert session.grants == ()


def test_forgetting_during_a_turn_stops_it_first() -> None:
    session, effects = run(Prompted(prompt(1)), Prompted(prompt(2)), FORGET)
    assert InterruptTurn(session.turn.id) in effects
    assert Settle(MessageId("console/2"), "stopped") in effects
    assert not [e for e in effects if isinstance(e, Discard)]
    session, effects = step(session, ended(session.turn.id, "stopped"))
    assert Discard() in effects
    assert (session.resume, session.past) == (None, ())
    assert Settle(COMMAND, "done") in effects
