"""What waits may be changed, taken back, or asked about."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import view
from carrel.core.effects import Amend, Reopen, Say, Settle, StartTurn, Take
from carrel.core.events import LetterSettled, Missed, MissedSettled, Prompted, Restored
from carrel.core.messages import Gone, MissedCard, Notice
from carrel.core.model import Conversation, MessageId, Prompt, Session, SessionKey
from carrel.core.session import step
from carrel.core.waiting import MAX_MISSED, amended, missed, missed_settled, retracted

HERE, THERE = Conversation("fake", "a"), Conversation("fake", "b")
COMMAND = MessageId("fake/c")


def prompt(n: int, place: Conversation = HERE, text: str = "") -> Prompt:
    return Prompt(MessageId(f"fake/{n}"), place, "Ada", text or f"text {n}", at=float(n))


def session(*events: object) -> Session:
    after = Session(SessionKey("fake:a"))
    for event in events:
        after, _ = step(after, event)
    return after


def cards(effects: tuple[object, ...]) -> list[tuple[str, object]]:
    said = [e.outbound for e in effects if isinstance(e, Say)]
    return [(o.nonce, o.body) for o in said if isinstance(o.body, MissedCard | Gone)]


def test_what_waits_says_what_it_says_now() -> None:
    """spec: 2.8"""
    before = session(Prompted(prompt(1)), Prompted(prompt(2)))
    after, effects = amended(before, prompt(2, text="anew"))
    assert after.waiting == (prompt(2, text="anew"),)
    assert effects == (Amend(prompt(2, text="anew")),)


def test_a_change_that_changes_nothing_is_none() -> None:
    before = session(Prompted(prompt(1)), Prompted(prompt(2)))
    other_mode = replace(prompt(2), waiting="interrupt")
    assert amended(before, other_mode) == (before, ())


def test_what_the_engine_has_is_left_alone() -> None:
    """spec: 2.8"""
    before = session(Prompted(prompt(1)))
    assert amended(before, prompt(1, text="anew")) == (before, ())
    assert retracted(before, prompt(1).id) == (before, ())


def test_what_waits_is_dropped_when_it_is_taken_back() -> None:
    """spec: 2.8"""
    before = session(Prompted(prompt(1)), Prompted(prompt(2)), Prompted(prompt(3)))
    after, effects = retracted(before, prompt(2).id)
    assert after.waiting == (prompt(3),)
    assert effects == (Settle(prompt(2).id, "stopped"), *view.no_waiting_cards((prompt(2),)))


def test_what_was_missed_is_kept_and_one_card_asks() -> None:
    """spec: 2.9"""
    first, said = missed(session(), prompt(1))
    second, again = missed(first, prompt(2))
    assert second.turn is None
    assert cards(said) == [("fake/1.missed", MissedCard(1, 1.0))]
    assert cards(again) == [("fake/1.missed", MissedCard(2, 1.0))]
    assert missed(second, prompt(2)) == (second, ())


def test_each_conversation_has_a_card_of_its_own() -> None:
    _, effects = missed(session(Missed(prompt(1))), prompt(2, THERE))
    assert cards(effects) == [("fake/2.missed", MissedCard(1, 2.0))]


def test_answered_they_run_in_their_order_before_what_waits() -> None:
    """spec: 2.9"""
    before = session(Missed(prompt(1)), Missed(prompt(2)), Missed(prompt(3, THERE)))
    after, effects = missed_settled(before, MissedSettled(COMMAND, HERE, answer=True, by="Ada"))
    assert after.turn.prompts == (prompt(1),)
    assert (after.waiting, after.missed) == ((prompt(2),), (prompt(3, THERE),))
    assert Settle(prompt(1).id, "queued") in effects
    assert Settle(COMMAND, "done") in effects
    assert [e for e in effects if isinstance(e, StartTurn)]
    assert ("fake/1.missed", MissedCard(2, 1.0, "answered", "Ada")) in cards(effects)


def test_ignored_they_end() -> None:
    """spec: 2.9"""
    before = session(Missed(prompt(1)))
    after, effects = missed_settled(before, MissedSettled(COMMAND, HERE, answer=False, by="Ada"))
    assert (after.turn, after.missed) == (None, ())
    assert Settle(prompt(1).id, "stopped") in effects
    assert cards(effects) == [("fake/1.missed", MissedCard(1, 1.0, "ignored", "Ada"))]


def test_a_second_word_about_them_is_told_that_it_is_late() -> None:
    _, effects = missed_settled(session(), MissedSettled(COMMAND, HERE, answer=True, by="Ada"))
    (notice,) = [e.outbound.body for e in effects if isinstance(e, Say)]
    assert isinstance(notice, Notice)
    assert Settle(COMMAND, "done") in effects


def test_a_card_follows_what_is_taken_back() -> None:
    before = session(Missed(prompt(1)), Missed(prompt(2)))
    after, effects = retracted(before, prompt(2).id)
    assert cards(effects) == [("fake/1.missed", MissedCard(1, 1.0))]
    after, effects = retracted(before, prompt(1).id)
    assert cards(effects) == [("fake/1.missed", Gone()), ("fake/2.missed", MissedCard(1, 2.0))]
    _, effects = retracted(after, prompt(2).id)
    assert cards(effects) == [("fake/2.missed", Gone())]


def test_the_oldest_beyond_a_hundred_are_let_go() -> None:
    """spec: 12.1"""
    after = session(*(Missed(prompt(n)) for n in range(MAX_MISSED)))
    after, effects = missed(after, prompt(MAX_MISSED))
    assert len(after.missed) == MAX_MISSED
    assert Settle(prompt(0).id, "stopped") in effects


def test_after_a_restart_the_card_is_there_though_it_was_never_said() -> None:
    """spec: 2.9"""
    loaded = Session(SessionKey("fake:a"), missed=(prompt(1), prompt(2)))
    after, effects = step(loaded, Restored(9.0))
    assert after == loaded
    assert cards(effects) == [("fake/1.missed", MissedCard(2, 1.0))]


def test_what_was_missed_may_be_changed_too() -> None:
    after, effects = amended(session(Missed(prompt(1))), prompt(1, text="anew"))
    assert after.missed == (prompt(1, text="anew"),)
    assert effects == (Amend(prompt(1, text="anew")),)


def test_what_failed_waits_again_before_what_came_after_it() -> None:
    """spec: 18.2"""
    busy = session(Prompted(prompt(1)), Prompted(prompt(3)))
    after, effects = step(busy, LetterSettled(prompt(2), again=True, at=9.0))
    assert after.waiting == (prompt(2), prompt(3))
    assert Reopen(prompt(2).id, "queued") in effects
    assert step(after, LetterSettled(prompt(2), again=True, at=9.0)) == (after, ())


def test_what_failed_begins_at_once_where_nothing_runs() -> None:
    after, effects = step(session(), LetterSettled(prompt(2), again=True, at=9.0))
    assert after.turn is not None
    assert after.turn.prompts == (prompt(2),)
    assert effects.index(Reopen(prompt(2).id, "queued")) < effects.index(Take(after.turn))


def test_what_failed_is_let_go_of() -> None:
    after, effects = step(session(), LetterSettled(prompt(2), again=False, at=9.0))
    assert (after, effects[0]) == (session(), Reopen(prompt(2).id, "stopped"))
