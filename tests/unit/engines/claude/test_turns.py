from __future__ import annotations

from carrel.core.model import MessageId, TurnId
from carrel.engines.claude.turns import Running, Sending


def sending(name):
    return Sending(name, (MessageId(f"a/{name}"),), name)


def running(*names):
    turn = Running(TurnId("s#1"), 0.0)
    turn.begin_with(sending(name) for name in names)
    return turn


def test_one_message_waits_in_the_cli_at_a_time():
    turn = running("1", "2")
    assert turn.next_to_send() == sending("1")
    assert turn.next_to_send() is None
    turn.take_in(["1", "unknown"])
    assert turn.next_to_send() == sending("2")
    assert (turn.waiting, turn.read) == (("2",), ["a/1"])


def test_a_result_settles_what_it_names():
    turn = running("1")
    turn.next_to_send()
    assert turn.concerns(["1", "x"], failed=False)
    assert not turn.concerns(["x"], failed=True)
    assert turn.settle(["1"]) == ("a/1",)
    assert turn.finished()


def test_an_error_that_names_nobody_is_the_taken_ones():
    turn = running("1", "2")
    turn.next_to_send()
    assert not turn.concerns([], failed=True)
    turn.take_in(["1"])
    turn.next_to_send()
    assert turn.concerns([], failed=True)
    assert not turn.concerns([], failed=False)
    assert turn.settle([]) == ("a/1",)
    assert not turn.finished()


def test_a_stopping_turn_sends_no_more_and_what_was_taken_back_is_not_read():
    turn = running("1", "2")
    turn.next_to_send()
    turn.stopping = True
    turn.drop("1")
    assert (turn.next_to_send(), turn.read, turn.finished()) == (None, [], True)
    assert (turn.next_call(), turn.next_call()) == (1, 2)


def test_what_is_steered_while_the_turn_is_prepared_comes_after_it():
    turn = Running(TurnId("s#1"), 0.0)
    turn.held.append(sending("steered"))
    assert turn.next_to_send() is None
    turn.begin_with([sending("1"), sending("2")])
    assert [one.uuid for one in turn.held] == ["1", "2", "steered"]
