"""Room in the engine's window: made when told to, or by itself. spec: 15.6 15.7"""

from __future__ import annotations

from dataclasses import replace

from tests.unit.core.sessions import KEY, PLACE, TOKEN, bodies, ended, prompt

from carrel.core.effects import Inquire, StartTurn, Steer
from carrel.core.events import Compacted, Inquired, NewAsked, Prompted, TurnEnded
from carrel.core.messages import Answer, Notice
from carrel.core.model import MessageId, Prompt, Session, TurnId, Usage
from carrel.core.session import step

ROOM = replace(prompt(2), text="/compact keep the plan")


def after(session: Session, *events: object) -> tuple[Session, list[object]]:
    done: list[object] = []
    for event in events:
        session, effects = step(session, event)
        done += effects
    return session, done


def test_only_the_command_itself_compacts() -> None:
    words = ("/compact", " /compact now", "/compactor", "say /compact", "")
    assert [replace(prompt(1), text=text).compacts for text in words] == [
        *(True, True),
        *(False, False, False),
    ]


def test_it_is_never_taken_together_with_what_is_round_it() -> None:
    said = [replace(prompt(n, "collect"), at=1.0) for n in (1, 3, 4)]
    room = replace(ROOM, waiting="collect", at=1.0)
    session, _ = after(Session(KEY, burst=5.0), Prompted(prompt(9)))
    session, _ = after(session, *map(Prompted, (said[0], room, *said[1:])))
    turns: list[tuple[MessageId, ...]] = []
    while session.turn is not None:
        turns.append(tuple(one.id for one in session.turn.prompts))
        session, _ = after(session, ended(session.turn.id, "done", "well", *turns[-1]))
    names = [[one.rpartition("/")[2] for one in turn] for turn in turns]
    assert names == [["9"], ["1"], ["2"], ["3", "4"]]


def test_it_neither_steers_nor_is_steered() -> None:
    session, effects = after(
        Session(KEY), Prompted(prompt(1)), Prompted(replace(ROOM, waiting="interrupt"))
    )
    assert not [e for e in effects if isinstance(e, Steer)]
    assert session.turn.stopping is None, "it has its turn, and takes nobody's"
    session, effects = after(
        session, ended(session.turn.id, "done", "well", prompt(1).id), Prompted(prompt(3, "steer"))
    )
    assert session.turn.prompts == (replace(ROOM, waiting="queue"),)
    assert not [e for e in effects if isinstance(e, Steer)]
    assert [one.id for one in session.waiting] == [prompt(3).id]


def test_what_came_of_it_is_a_word_and_no_answer() -> None:
    for text, told in (("Summed up.", "Summed up."), ("", "There was nothing to sum up.")):
        session, _ = after(Session(KEY), Prompted(ROOM))
        session, effects = after(session, ended(session.turn.id, "done", text, ROOM.id))
        assert bodies(effects, Notice) == [Notice(told, reply_to=ROOM.id)]
        assert not bodies(effects, Answer)
        assert session.resume == TOKEN


def test_what_the_engine_does_by_itself_is_one_line() -> None:
    session, _ = after(Session(KEY, context=0.9), Prompted(prompt(1)))
    turn = session.turn.id
    session, effects = after(session, Compacted(turn, 980_000, 2_500))
    assert [notice.text for notice in bodies(effects, Notice)] == [
        "Earlier talk was summed up to make room: 980,000 tokens are 2,500 now."
    ]
    assert session.context == 0.0, "what fills again is told again"
    assert len(effects) == 1
    assert step(session, Compacted(TurnId("other"), 1, 1)) == (session, ())


def answered(session: Session, one: Prompt, context: float | None) -> tuple[Session, str]:
    session, _ = step(session, Prompted(one))
    usage = Usage(context=context)
    end = TurnEnded(session.turn.id, "done", "well", (one.id,), usage, TOKEN, 9.0)
    session, effects = step(session, end)
    return session, bodies(effects, Answer)[0].footer


def test_each_further_tenth_of_a_full_context_is_told_once() -> None:
    session, told = Session(KEY), []
    for number, context in enumerate((0.5, 0.69, 0.71, 0.75, None, 0.78, 0.83, 0.99, 0.4, 0.72)):
        session, footer = answered(session, prompt(number), context)
        told += [context] if "/compact" in footer else []
    assert told == [0.71, 0.83, 0.99, 0.72]


def test_a_fresh_conversation_has_an_empty_one() -> None:
    session, _ = answered(Session(KEY), prompt(1), 0.8)
    assert session.context == 0.8
    assert step(session, NewAsked(MessageId("c"), PLACE, "Ada"))[0].context == 0.0


def test_who_asks_is_told_what_is_known_where_no_engine_runs() -> None:
    asked = Inquired(MessageId("c"), PLACE, "context", "")
    _, (looking,) = step(Session(KEY, context=0.714), asked)
    assert isinstance(looking, Inquire)
    assert looking.argument == "At the last answer 71 % of the context was in use."
    assert step(Session(KEY), asked)[1][0].argument == ""


def test_a_conversation_that_begins_with_it_starts_a_turn_too() -> None:
    _, effects = step(Session(KEY), Prompted(ROOM))
    assert [e for e in effects if isinstance(e, StartTurn)]
