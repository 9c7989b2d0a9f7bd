"""What people saw is judged: every way of being wrong is found, and nothing that is right."""

from __future__ import annotations

import pytest
from proofs.verdict import Asked, Violation, end_of, violations
from proofs.witness import Witness

FIRST, SECOND = (Asked(f"10{n}", "7", f"m1x{n}x", "prompt", 1) for n in (1, 2))


class Scene:
    """A witness that is told what was shown."""

    def __init__(self) -> None:
        self.witness, self._line = Witness(), 0

    def shown(self, content: str, nonce: str = "", replies_to: str | None = None) -> None:
        self._line += 1
        self.witness.take({
            "n": self._line, "what": "shown", "bot": True, "only_for": None,
            "message": f"9{self._line}", "channel": "7", "content": content, "nonce": nonce,
            "replies_to": replies_to,
        })  # fmt: skip

    def sign(self, message: str, emoji: str) -> None:
        self.witness.take({"what": "reacted", "message": message, "emoji": emoji})

    def faults(self, *asked: Asked) -> list[str]:
        return [one.fault for one in violations(asked, self.witness)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_one_answer_each_in_order_is_right(scene: Scene) -> None:
    scene.shown("m1x1x", "a", "101")
    scene.shown("m1x2x", "b", "102")
    assert scene.faults(FIRST, SECOND) == []


def test_one_answer_for_both_is_right(scene: Scene) -> None:
    scene.shown("m1x1x\nm1x2x", "a", "101")
    assert scene.faults(FIRST, SECOND) == []


def test_an_answer_in_other_words_is_known_by_its_reply(scene: Scene) -> None:
    scene.shown("I could not do that.", "a", "101")
    assert scene.faults(FIRST) == []
    assert end_of(FIRST, scene.witness) == "answered"


@pytest.mark.parametrize(("emoji", "end"), [("❌", "failed"), ("⏹️", "stopped")])
def test_a_visible_failure_is_an_end(scene: Scene, emoji: str, end: str) -> None:
    scene.sign("101", emoji)
    assert scene.faults(FIRST) == []
    assert end_of(FIRST, scene.witness) == end


def test_silence_is_a_loss_whatever_the_sign_says(scene: Scene) -> None:
    assert scene.faults(FIRST) == ["lost"]
    scene.sign("101", "✅")
    assert scene.faults(FIRST) == ["lost"]


def test_a_command_that_stops_need_not_say_so(scene: Scene) -> None:
    assert scene.faults(Asked("103", "7", "m1x3x", "stop", 1)) == []
    assert scene.faults(Asked("103", "7", "m1x3x", "status", 1)) == ["lost"]


def test_two_different_ends_are_one_too_many(scene: Scene) -> None:
    scene.shown("m1x1x", "a", "101")
    scene.shown("once more: m1x1x", "b", "101")
    assert scene.faults(FIRST) == ["duplicated"]


def test_the_same_words_again_are_a_copy_and_must_say_so(scene: Scene) -> None:
    scene.shown("m1x1x", "a", "101")
    scene.shown("m1x1x", "b", "101")
    assert scene.faults(FIRST) == ["unmarked"]


def test_a_marked_copy_is_right(scene: Scene) -> None:
    scene.shown("m1x1x", "a", "101")
    scene.shown("m1x1x (this may be a duplicate)", "b", "101")
    assert scene.faults(FIRST) == []


def test_a_nonce_is_one_thing_for_cards_and_notices_too(scene: Scene) -> None:
    scene.shown("", "card")
    scene.shown("", "card")
    scene.shown("", "")
    scene.shown("", "")
    assert scene.faults() == ["unmarked"]


def test_the_later_before_the_earlier_is_disorder(scene: Scene) -> None:
    scene.shown("m1x2x", "b", "102")
    scene.shown("m1x1x", "a", "101")
    assert scene.faults(FIRST, SECOND) == ["out of order"]
    assert scene.faults(FIRST, Asked("102", "8", "m1x2x", "prompt", 1)) == []


def test_a_violation_says_what_was_seen(scene: Scene) -> None:
    scene.shown("m1x1x", "a", "101")
    assert Violation("lost", "m1x2x in 7").line() == "lost: m1x2x in 7 (nothing shown)"
    shown = tuple(scene.witness.shown)
    assert Violation("unmarked", "x", 1, shown).line() == "unmarked: x (line 1: 'm1x1x')"
