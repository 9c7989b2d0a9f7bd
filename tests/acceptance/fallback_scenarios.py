"""What a usage limit does, and another model meanwhile: scenarios for a seat of any platform.

The operator has named `haiku` for one of the conversations.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.gateway_process import wait_for
from tests.acceptance.scenarios import restart, scenario
from tests.acceptance.seats import Seat, answered, offered, sees

HOUR = 3600


@contextmanager
def a_subscription(seat: Seat) -> Iterator[None]:
    """The gateway has a subscription's login meanwhile: keys have no usage limits."""
    before = dict(seat.gateway.extra)
    seat.gateway.extra |= {"ANTHROPIC_API_KEY": "", "CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-x"}
    restart(seat)
    try:
        yield
    finally:
        seat.gateway.extra.clear()
        seat.gateway.extra.update(before)
        restart(seat)


def limit(of: str = "haiku") -> str:
    """A usage limit of all models but one, that ends in an hour."""
    return f"RATELIMIT {int(time.time()) + HOUR} BUT {of}"


def conversations(seat: Seat) -> dict[str, str]:
    """The engine conversations of the seat's session, each with its models' rows."""
    found = seat.gateway.home.glob(f"sessions/*{seat.name}*/engine/projects/*/*.jsonl")
    return {path.stem: _text(path) for path in found}


def _text(path: Path) -> str:
    rows = (json.loads(line) for line in path.read_text().splitlines())
    return "\n".join(json.dumps(row) for row in rows if row.get("type") in {"user", "assistant"})


@scenario
def another_model_goes_on_by_itself_and_hands_over(seat: Seat) -> None:
    """spec: 20.1 20.2 20.3 20.4 20.5"""
    with a_subscription(seat):
        seat.say("remember the word kiwi\nSAY m1")
        answered(seat, 1)
        (first,) = conversations(seat)
        seat.say(f"{limit()}\nremember the word plum\nSAY m2")
        sees(seat, "haiku answers until")
        assert answered(seat, 2)[1] == "m2", "the message that met the limit is answered"
        assert len(conversations(seat)) == 2, "the other model has a conversation of its own"
        restart(seat)
        seat.say("RECALL")
        assert answered(seat, 3)[2] == "recall: kiwi plum", "it was told, and goes on after a kill"
        seat.say("/status")
        sees(seat, "because of a usage limit")
        seat.say("/model")
        sees(seat, "because of a usage limit; then the first model goes on. The model is")
        seat.press("Back to the first now")
        sees(seat, "haiku stood in; the first model goes on.")
        restart(seat)
        seat.say("SAY m4")
        assert answered(seat, 4)[3] == "m4"
        seat.say("RECALL")
        assert answered(seat, 5)[4] == "recall: kiwi plum"
        now = conversations(seat)
        assert len(now) == 2
        assert "SAY m4" in now[first], "the first conversation goes on"
        assert "not an instruction" in now[first], (
            "it was told what was said meanwhile, as material"
        )
        assert len(seat.answers()) == 5, "nothing is answered twice"


@scenario
def a_person_switches_the_model_while_a_limit_holds(seat: Seat) -> None:
    """spec: 20.6"""
    with a_subscription(seat):
        seat.say("remember the word fig\nSAY m1")
        answered(seat, 1)
        seat.say(f"{limit()}\nSAY m2")
        sees(seat, "Paused until", "1 waiting")
        seat.press("Switch model")
        seat.press("haiku")
        assert answered(seat, 2)[1] == "m2"
        seat.say("/new")
        sees(seat, "A fresh conversation begins")
        seat.say("RECALL")
        assert answered(seat, 3)[2] == "recall: nothing", "a fresh one is told nothing"
        offered(seat, "Back to the first now")
        seat.say("/resume")
        wait_for(lambda: any("(haiku)" in label for label in seat.labels()))
