from __future__ import annotations

from types import SimpleNamespace

from carrel.core.events import Prompted, Restored, RewindAsked, StopAsked, Told
from carrel.core.model import Conversation, MessageId, Prompt
from carrel.runtime.restoring import divided, in_order

HERE = Conversation("console", "a")


def prompt(number: int, at: float) -> Prompt:
    return Prompt(MessageId(f"x/{number}"), HERE, "Ada", "hi", at=at)


def command(name: str, at: float) -> SimpleNamespace:
    return SimpleNamespace(message_id=MessageId(name), conversation=HERE, at=at)


def loaded(waiting, commands) -> SimpleNamespace:
    return SimpleNamespace(session=SimpleNamespace(waiting=waiting), commands=commands)


STOP = StopAsked(MessageId("stop"), HERE, "Ada")
BACK = RewindAsked(MessageId("back"), HERE, "1", "both")


def obey(inbound):
    return {"stop": STOP, "back": BACK}.get(inbound.message_id)


def test_a_stop_that_is_obeyed_late_comes_before_what_was_said_after_it() -> None:
    early, late = prompt(1, 1.0), prompt(2, 3.0)
    rows = loaded((early, late), (command("stop", 2.0),))
    waiting, after = divided(rows)
    assert (waiting, after) == ((early,), (late,))
    assert list(in_order(rows, after, obey, 9.0)) == [Restored(9.0), STOP, Prompted(late)]


def test_what_goes_back_is_finished_before_anything_begins() -> None:
    rows = loaded((), (command("stop", 1.0), command("back", 2.0)))
    assert list(in_order(rows, (), obey, 9.0)) == [BACK, Restored(9.0), STOP]


def test_whose_command_is_allowed_to_them_no_more_is_told_so() -> None:
    (_, told) = in_order(loaded((), (command("lost", 1.0),)), (), obey, 9.0)
    assert isinstance(told, Told)
    assert "not allowed" in told.text
