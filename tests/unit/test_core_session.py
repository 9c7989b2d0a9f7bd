"""The heart: any order of messages, stops, endings and restarts keeps the invariants.

spec: 1.1 1.2 2.3 3.1 3.2 8.1
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.unit.core.sessions import KEY, OTHER, PLACE, TOKEN, ended, prompt

from carrel.core import fallback, holding
from carrel.core.budgets import Funds, Limit
from carrel.core.effects import (
    Discard,
    Finish,
    Join,
    Remember,
    Settle,
    StartTurn,
    Switch,
    Take,
)
from carrel.core.events import (
    Amended,
    Answered,
    Compacted,
    Discarded,
    Halted,
    Lingered,
    Missed,
    MissedSettled,
    NewAsked,
    OverspendAsked,
    Prompted,
    Restored,
    Retracted,
    StopAsked,
    SwitchAsked,
    Vanished,
    WakeAsked,
    Woken,
)
from carrel.core.model import (
    COMPACT,
    Fallback,
    MessageId,
    Prompt,
    ResumeToken,
    Session,
    TurnId,
    Usage,
)
from carrel.core.session import step


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
        self.begun: set[TurnId] = set()
        self.visible: set[MessageId] = set()
        self.commands: list[MessageId] = []
        self.held: list[MessageId] = []
        self.discarding = False
        self.conversations = 0
        self.rows: tuple[ResumeToken | None, Fallback | None] = (None, None)

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
                if fate == "queued" and message in self.taken:
                    self.taken.remove(message)
            case Finish(turn, _):
                self.ended_turns.append(turn)
            case Remember(resume):
                self.rows = (resume, self.rows[1])
            case Switch(fallback):
                self.rows = (self.rows[0], fallback)
            case Discard():
                assert self.session.leaving
                self.discarding = True
            case StartTurn(turn):
                assert not self.session.leaving
                assert turn.id in self.begun or holding.used_up(self.session) is None
                self.begun.add(turn.id)
            case _:
                pass

    def token(self) -> ResumeToken:
        """The engine conversation that a turn is had in: a fresh one, where none goes on."""
        self.conversations += 1
        return self.session.resume or replace(TOKEN, value=f"t{self.conversations}")

    @property
    def turn_id(self) -> str:
        assert self.session.turn is not None
        return self.session.turn.id

    @rule(
        mode=st.sampled_from(["queue", "steer", "collect", "interrupt"]),
        here=st.booleans(),
        more=st.booleans(),
        room=st.booleans(),
    )
    def prompt(self, mode: str, *, here: bool, more: bool, room: bool) -> None:
        one = prompt(len(self.sent), mode, PLACE if here else OTHER, more=more)
        one = replace(one, text=COMPACT) if room else one
        self.sent.append(one)
        self.tell(Prompted(one))

    @rule()
    def lingered(self) -> None:
        self.tell(Lingered(5.0))

    @rule(here=st.booleans())
    def missed(self, *, here: bool) -> None:
        one = prompt(len(self.sent), place=PLACE if here else OTHER)
        self.sent.append(one)
        self.held.append(one.id)
        self.tell(Missed(one))

    @rule(here=st.booleans(), answer=st.booleans())
    def settle_missed(self, *, here: bool, answer: bool) -> None:
        command = MessageId(f"console/missed{len(self.commands)}")
        self.commands.append(command)
        self.tell(MissedSettled(command, PLACE if here else OTHER, answer, "Ada"))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def amend(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.sent))
        waiting = {p.id for p in (*self.session.waiting, *self.session.missed)}
        self.tell(Amended(replace(one, text="anew")))
        left = {p.id: p.text for p in (*self.session.waiting, *self.session.missed)}
        assert left.get(one.id, "anew") == "anew"
        assert set(left) == waiting

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def retract(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.sent))
        self.tell(Retracted(one.id))
        assert one.id not in {p.id for p in (*self.session.waiting, *self.session.missed)}

    @rule(here=st.booleans(), own=st.booleans())
    def vanish(self, *, here: bool, own: bool) -> None:
        self.tell(Vanished(PLACE if here else OTHER, own=own and here))

    @precondition(lambda self: self.discarding)
    @rule()
    def discarded(self) -> None:
        self.discarding = False
        self.tell(Discarded())

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def hint_again(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.sent))
        kept = (*self.session.turn.prompts, *self.session.waiting) if self.session.turn else ()
        if one.id in {p.id for p in kept}:
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
        self.tell(replace(ended(self.turn_id, reason, "text", *read), resume=self.token()))

    @precondition(lambda self: self.session.turn and len(self.session.turn.prompts) > 1)
    @rule()
    def part_answered(self) -> None:
        first = self.session.turn.prompts[0].id
        self.tell(Answered(TurnId(self.turn_id), (first,), "part", Usage(), self.token()))

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
        resume, fallback = self.rows
        self.session = replace(
            self.session, turn=kept, renewing=False, obeying=(), hold=None, resume=resume,
            fallback=fallback,
        )  # fmt: skip
        self.discarding = False
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

    @rule(model=st.sampled_from(["", "haiku"]))
    def name_a_spare(self, model: str) -> None:
        self.session = replace(self.session, spare=model)

    @precondition(lambda self: self.session.paused_until or self.session.fallback)
    @rule(model=st.sampled_from(["", "haiku", "opus"]), back=st.booleans())
    def switch(self, model: str, *, back: bool) -> None:
        command = MessageId(f"console/switch{len(self.commands)}")
        self.commands.append(command)
        asked = SwitchAsked(command, PLACE, model, ("haiku",), 5.0)
        self.tell(WakeAsked(command, PLACE, 5.0) if back else asked)

    @precondition(lambda self: self.session.fallback and not self.session.fallback.over)
    @rule()
    def time_is_up(self) -> None:
        self.tell(Woken(self.session.fallback.until))
        assert self.session.turn or self.session.paused_until or not fallback.away(self.session)

    @rule(spent=st.floats(0, 10), days=st.integers(1, 3))
    def spend(self, spent: float, days: int) -> None:
        """Whatever all the others spend, and the days pass."""
        funds = Funds((Limit("all", spent, 5.0),), days * 86_400.0)
        self.session = replace(self.session, funds=funds)

    @rule()
    def overspend(self) -> None:
        command = MessageId(f"console/over{len(self.commands)}")
        self.commands.append(command)
        held = self.session.hold is not None
        self.tell(OverspendAsked(command, PLACE, 5.0))
        assert self.session.hold is None or held

    @precondition(lambda self: self.session.turn)
    @rule()
    def compacted(self) -> None:
        self.tell(Compacted(TurnId(self.turn_id), 9000, 900))

    @invariant()
    def room_is_made_in_a_turn_of_its_own(self) -> None:
        turn = self.session.turn
        assert turn is None or not turn.compacts or len(turn.prompts) == 1

    @invariant()
    def the_rows_know_both_conversations_and_they_are_two(self) -> None:
        session, (resume, kept) = self.session, self.rows
        assert kept == session.fallback
        assert session.turn or resume == session.resume
        assert kept is None or kept.aside is None or kept.aside != session.resume
        assert kept is None or not kept.untold or kept.aside is not None, "of what is it told?"

    @invariant()
    def what_a_budget_holds_back_is_paused(self) -> None:
        assert self.session.hold is None or self.session.paused_until is not None

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
        missed = [p.id for p in self.session.missed]
        for one in self.sent:
            ends = [f for f in self.fates.get(one.id, []) if f != "queued"]
            places = (one.id in waiting) + (one.id in running) + (one.id in missed)
            assert len(ends) + places == 1, (one.id, ends)

    @invariant()
    def first_come_first_taken(self) -> None:
        """What was missed is taken when a person says so, in its own order."""
        for kind in ([p.id for p in self.sent if p.id not in self.held], self.held):
            assert [one for one in self.taken if one in kind] == [
                one for one in kind if one in self.taken
            ]

    @invariant()
    def idle_means_nothing_waits(self) -> None:
        """Or waits for a moment only, until a sender goes on or the folders are gone."""
        session = self.session
        if session.turn is None and session.paused_until is None and not session.leaving:
            assert not session.waiting or session.waiting[0].more
            assert not session.obeying

    @invariant()
    def what_leaves_is_discarded(self) -> None:
        if self.session.leaving and self.session.turn is None:
            assert self.discarding


TestSessions = Sessions.TestCase
