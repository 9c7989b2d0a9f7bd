"""The heart: any order of messages, stops, endings and restarts keeps the invariants.

spec: 1.1 1.2 2.3 3.1 3.2 8.1
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from carrel.core.effects import (
    AnswerEngine,
    CloseEngine,
    Finish,
    InterruptTurn,
    Join,
    Pause,
    Remember,
    Say,
    Settle,
    StartTurn,
    Steer,
    Take,
    WakeAt,
)
from carrel.core.events import (
    Answered,
    ApprovalAnswered,
    ApprovalAsked,
    Halted,
    NewAsked,
    Prompted,
    Restored,
    StatusAsked,
    StopAsked,
    TurnEnded,
    Woken,
    Wrote,
)
from carrel.core.messages import Answer, ApprovalCard, Gone, Notice
from carrel.core.model import (
    Approval,
    Conversation,
    MessageId,
    Prompt,
    ResumeToken,
    Session,
    SessionKey,
    TurnId,
    Usage,
)
from carrel.core.session import MAX_WAITING, step
from carrel.core.turns import LONGEST_PAUSE, MAX_ATTEMPTS

PLACE = Conversation("console", "a")
OTHER = Conversation("console", "b")
KEY = SessionKey("console:a")
TOKEN = ResumeToken("scripted", "t1", "/")


def prompt(n: int, waiting: str = "queue", place: Conversation = PLACE) -> Prompt:
    return Prompt(
        MessageId(f"console/{n}"), place, "Ada", f"text {n}", waiting=waiting, at=float(n)
    )


def ended(turn: str, reason: str = "done", text: str = "well", *read: str) -> TurnEnded:
    return TurnEnded(TurnId(turn), reason, text, read, Usage(), TOKEN, 1.0)


def run(*events: object) -> tuple[Session, list[object]]:
    session, done = Session(KEY), []
    for event in events:
        session, effects = step(session, event)
        done += effects
    return session, done


def bodies(effects: list[object], kind: type) -> list[object]:
    return [
        e.outbound.body for e in effects if isinstance(e, Say) and isinstance(e.outbound.body, kind)
    ]


class Sessions(RuleBasedStateMachine):
    """Plays people, the engine and crashes against `step`, and keeps its own ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(KEY)
        self.sent: list[Prompt] = []
        self.taken: list[MessageId] = []
        self.fates: dict[MessageId, list[str]] = {}
        self.ended_turns: list[TurnId] = []
        self.started: list[TurnId] = []
        self.visible: set[MessageId] = set()
        self.commands: list[MessageId] = []

    def tell(self, event: object) -> None:
        before = self.session
        self.session, effects = step(self.session, event)
        assert step(before, event) == (self.session, effects), "not pure"
        self._check_order(effects)
        for effect in effects:
            self._book(effect)

    def _check_order(self, effects: tuple[object, ...]) -> None:
        turns_taken = [e for e in effects if isinstance(e, Take)]
        turns_begun = [e for e in effects if isinstance(e, StartTurn)]
        assert len(turns_begun) <= 1
        if turns_begun:
            assert effects.index(turns_taken[-1]) < effects.index(turns_begun[0])

    def _book(self, effect: object) -> None:
        match effect:
            case Take(turn):
                if turn.attempt == 1 and turn.id not in self.started:
                    self.started.append(turn.id)
                    self.taken += [p.id for p in turn.prompts]
            case Join(_, message):
                self.taken.append(message)
            case Settle(message, fate):
                self.fates.setdefault(message, []).append(fate)
                if fate == "queued":
                    self.taken.remove(message)
            case Finish(turn, _):
                self.ended_turns.append(turn)
            case _:
                pass

    @property
    def turn_id(self) -> str:
        assert self.session.turn is not None
        return self.session.turn.id

    @rule(mode=st.sampled_from(["queue", "steer", "collect", "interrupt"]), here=st.booleans())
    def prompt(self, mode: str, *, here: bool) -> None:
        one = prompt(len(self.sent), mode, PLACE if here else OTHER)
        self.sent.append(one)
        self.tell(Prompted(one))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def hint_again(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.sent))
        if self.session.turn and one in (*self.session.turn.prompts, *self.session.waiting):
            before = self.session
            self.tell(Prompted(one))
            assert self.session == before

    @rule()
    def stop(self) -> None:
        command = MessageId(f"console/stop{len(self.commands)}")
        self.commands.append(command)
        self.tell(StopAsked(command, PLACE, "Ada"))

    @rule()
    def renew(self) -> None:
        command = MessageId(f"console/new{len(self.commands)}")
        self.commands.append(command)
        self.tell(NewAsked(command, PLACE, "Ada"))

    @precondition(lambda self: self.session.turn)
    @rule(reason=st.sampled_from(["done", "stopped", "failed", "limit", "lost"]), data=st.data())
    def turn_ends(self, reason: str, data: st.DataObject) -> None:
        bound = [p.id for p in self.session.turn.prompts]
        read = bound[: data.draw(st.integers(0, len(bound)))]
        self.tell(ended(self.turn_id, reason, "text", *read))

    @precondition(lambda self: self.session.turn and len(self.session.turn.prompts) > 1)
    @rule()
    def part_answered(self) -> None:
        first = self.session.turn.prompts[0].id
        self.tell(Answered(TurnId(self.turn_id), (first,), "part", Usage(), TOKEN))

    @rule()
    def stale_end(self) -> None:
        before = self.session
        self.tell(ended("console:a#0", "done"))
        assert self.session == before

    @rule()
    def crash(self) -> None:
        """What the rows hold survives: stopping and the commands' obedience do not."""
        turn = self.session.turn
        kept = None if turn is None else replace(turn, stopping=None)
        commands = self.session.obeying
        self.session = replace(self.session, turn=kept, renewing=False, obeying=())
        self.tell(Restored(9.0))
        for command in commands:
            self.tell(StopAsked(command, PLACE, "Ada"))

    @rule()
    def halt(self) -> None:
        self.tell(Halted())

    @precondition(lambda self: self.session.paused_until is not None)
    @rule()
    def wake(self) -> None:
        self.tell(Woken(self.session.paused_until))

    @invariant()
    def one_turn_at_a_time(self) -> None:
        running = [t for t in self.started if t not in self.ended_turns]
        expected = [] if self.session.turn is None else [self.session.turn.id]
        assert running == expected
        assert len(set(self.ended_turns)) == len(self.ended_turns)

    @invariant()
    def every_message_waits_runs_or_has_one_end(self) -> None:
        waiting = [p.id for p in self.session.waiting]
        running = [p.id for p in self.session.turn.prompts] if self.session.turn else []
        for one in self.sent:
            ends = [f for f in self.fates.get(one.id, []) if f != "queued"]
            assert len(ends) + (one.id in waiting) + (one.id in running) == 1, (one.id, ends)

    @invariant()
    def first_come_first_taken(self) -> None:
        order = [p.id for p in self.sent if p.id in self.taken]
        assert self.taken == order

    @invariant()
    def idle_means_nothing_waits(self) -> None:
        if self.session.turn is None and self.session.paused_until is None:
            assert not self.session.waiting
            assert not self.session.obeying


TestSessions = Sessions.TestCase


def test_a_prompt_starts_a_turn_that_is_taken_before_it_is_begun() -> None:
    session, effects = run(Prompted(prompt(1)))
    kinds = [type(e) for e in effects]
    assert session.turn is not None
    assert kinds.index(Take) < kinds.index(StartTurn)


def test_the_answer_replies_to_its_question_and_the_card_goes() -> None:
    _, effects = run(Prompted(prompt(1)), ended("console:a#1"))
    (answer,) = bodies(effects, Answer)
    assert answer.text == "well"
    assert answer.reply_to == "console/1"
    assert bodies(effects, Gone)


def test_steering_joins_the_running_turn_but_never_overtakes() -> None:
    session, effects = run(Prompted(prompt(1)), Prompted(prompt(2)), Prompted(prompt(3, "steer")))
    assert [p.id for p in session.waiting] == ["console/2", "console/3"]
    assert not [e for e in effects if isinstance(e, Steer)]
    _, effects = run(Prompted(prompt(1)), Prompted(prompt(2, "steer")))
    assert [e for e in effects if isinstance(e, Steer)]


def test_another_place_never_steers_a_shared_session() -> None:
    session, _ = run(Prompted(prompt(1)), Prompted(prompt(2, "steer", OTHER)))
    assert len(session.waiting) == 1


def test_a_steered_prompt_that_was_not_read_runs_next() -> None:
    session, _ = run(
        Prompted(prompt(1)),
        Prompted(prompt(2, "steer")),
        ended("console:a#1", "done", "x", "console/1"),
    )
    assert session.turn is not None
    assert [p.id for p in session.turn.prompts] == ["console/2"]


def test_interrupt_takes_the_turns_place() -> None:
    session, effects = run(Prompted(prompt(1)), Prompted(prompt(2, "interrupt")))
    assert [e for e in effects if isinstance(e, InterruptTurn)]
    session, effects = step(session, ended("console:a#1", "stopped", "part"))
    assert Settle(MessageId("console/1"), "superseded") in effects
    assert session.turn.prompts[0].id == "console/2"


def test_collect_takes_its_whole_run_as_one_turn() -> None:
    session, _ = run(
        Prompted(prompt(1)),
        *(Prompted(prompt(n, "collect")) for n in (2, 3)),
        Prompted(prompt(4)),
        ended("console:a#1"),
    )
    assert [p.id for p in session.turn.prompts] == ["console/2", "console/3"]


def test_stop_cancels_what_waits_before_the_turn() -> None:
    session, effects = run(
        Prompted(prompt(1)), Prompted(prompt(2)), StopAsked(MessageId("console/s"), PLACE, "Ada")
    )
    assert effects.index(Settle(MessageId("console/2"), "stopped")) < effects.index(
        InterruptTurn(TurnId("console:a#1"))
    )
    session, effects = step(session, ended("console:a#1", "stopped", ""))
    assert session.turn is None
    assert Settle(MessageId("console/s"), "done") in effects


def test_stop_when_idle_says_so() -> None:
    _, effects = run(StopAsked(MessageId("console/s"), PLACE, "Ada"))
    assert bodies(effects, Notice)[0].text == "Nothing is running."


def test_new_forgets_the_engine_conversation_after_the_turn() -> None:
    session, _ = run(Prompted(prompt(1)), ended("console:a#1"))
    assert session.resume == TOKEN
    session, effects = step(session, NewAsked(MessageId("console/n"), PLACE, "Ada"))
    assert session.resume is None
    assert Remember(None) in effects
    assert CloseEngine() in effects
    session, _ = step(session, Prompted(prompt(2)))
    session, effects = step(session, NewAsked(MessageId("console/n2"), PLACE, "Ada"))
    assert InterruptTurn(TurnId("console:a#2")) in effects
    session, effects = step(session, ended("console:a#2", "stopped"))
    assert session.resume is None
    assert CloseEngine() in effects


def test_a_lost_turn_is_tried_again_and_then_set_aside() -> None:
    session, effects = run(Prompted(prompt(1)), Prompted(prompt(2)))
    for _ in range(MAX_ATTEMPTS - 1):
        session, effects = step(session, ended("console:a#1", "lost", "The agent went away."))
        assert session.turn.id == "console:a#1"
    session, effects = step(session, ended("console:a#1", "lost", "The agent went away."))
    assert Settle(MessageId("console/1"), "failed") in effects
    assert bodies(list(effects), Notice)[0].tone == "error"
    assert session.turn.prompts[0].id == "console/2"


def test_a_graceful_halt_costs_no_try() -> None:
    session, _ = run(Prompted(prompt(1)), Halted(), Restored(2.0))
    assert session.turn.attempt == 1


def test_a_limit_pauses_keeps_the_queue_and_resumes_by_itself() -> None:
    limited = replace(ended("console:a#1", "limit"), resets_at=60.0)
    session, effects = run(Prompted(prompt(1)), Prompted(prompt(2)), limited)
    assert [p.id for p in session.waiting] == ["console/1", "console/2"]
    assert Pause(60.0) in effects
    assert WakeAt(60.0) in effects
    assert step(session, Woken(59.0))[0].turn is None
    assert step(session, Woken(60.0))[0].turn.prompts[0].id == "console/1"


APPROVAL = Approval("ap1", TurnId("console:a#1"), "Bash", "Run", "rm x", "/w", "d")


def test_an_approval_is_answered_once() -> None:
    session, _ = run(Prompted(prompt(1)), ApprovalAsked(TurnId("console:a#1"), APPROVAL))
    allow = ApprovalAnswered(MessageId("console/x"), PLACE, "ap1", "allow", "Ada")
    session, effects = step(session, allow)
    assert AnswerEngine("ap1", "allow") in effects
    session, effects = step(
        session, replace(allow, command=MessageId("console/y"), decision="deny")
    )
    assert not [e for e in effects if isinstance(e, AnswerEngine)]
    assert "not open" in bodies(list(effects), Notice)[0].text


def test_an_open_approval_is_withdrawn_with_its_turn() -> None:
    _, effects = run(
        Prompted(prompt(1)),
        ApprovalAsked(TurnId("console:a#1"), APPROVAL),
        ended("console:a#1", "stopped"),
    )
    assert bodies(effects, ApprovalCard)[-1].state == "withdrawn"


def test_the_twenty_first_waiting_message_is_refused_visibly() -> None:
    """spec: 8.4"""
    session, effects = run(*(Prompted(prompt(n)) for n in range(MAX_WAITING + 2)))
    assert len(session.waiting) == MAX_WAITING
    assert "waiting" in bodies(effects, Notice)[0].text
    assert Settle(MessageId(f"console/{MAX_WAITING + 1}"), "failed") in effects


def test_progress_and_status_change_nothing() -> None:
    session, _ = run(Prompted(prompt(1)))
    assert step(session, Wrote(TurnId("console:a#1"), "x")) == (session, ())
    same, effects = step(session, StatusAsked(MessageId("console/q"), PLACE))
    assert same == session
    assert "working" in bodies(list(effects), Notice)[0].text


def test_a_pause_is_never_longer_than_limits_are() -> None:
    milliseconds = replace(ended("console:a#1", "limit"), resets_at=1.7e12)
    session, _ = run(Prompted(prompt(1)), milliseconds)
    assert session.paused_until <= 1.0 + LONGEST_PAUSE


def test_new_and_a_restart_lift_a_pause() -> None:
    limited = replace(ended("console:a#1", "limit"), resets_at=60.0)
    session, _ = run(Prompted(prompt(1)), limited)
    for event in (NewAsked(MessageId("console/n"), PLACE, "Ada"), Restored(2.0)):
        lifted, effects = step(session, event)
        assert Pause(None) in effects
        assert lifted.turn.prompts[0].id == "console/1"
