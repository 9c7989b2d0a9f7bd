"""An edit as it is kept, and what is asked of it. spec: 14.10"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carrel.core.commands import event_of, find
from carrel.core.editing import anew, edition, is_edition, name_of, named
from carrel.core.events import Inquired, RewindAsked
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, MessageId, Sender
from carrel.core.routing import Rules, resolve

HERE = Conversation("fake", "a")
SAID = Inbound("fake:7", "-100.5", HERE, Sender("fake", "ada", "Ada"), "before", at=5.0)
COMMAND = MessageId("fake:7/press.9")
WORDS = st.text(min_size=1).filter(lambda text: text.strip() == text)


def edited(text: str) -> Inbound:
    return edition(Inbound("fake:7", "-100.5", HERE, SAID.sender, text))


@given(WORDS)
def test_what_is_asked_says_what_the_edit_says(text) -> None:
    asked = anew(edited(text), COMMAND)
    assert asked.said.text == text
    assert (asked.original, asked.said.message_id) == (SAID.message_id, COMMAND)


def test_an_edit_is_a_command_and_its_button_fits_everywhere() -> None:
    """Telegram's buttons carry 64 bytes."""
    edit = edited("after\nall")
    place = resolve(HERE, Rules())
    assert event_of(find(edit.text), edit, "member", place) == Inquired(
        edit.message_id, HERE, "edited", SAID.message_id
    )
    word = f"/rerun {name_of(edit.message_id)}"
    assert len(word) < 64
    press = Inbound("fake:7", "press.9", HERE, SAID.sender, word)
    asked = event_of(find(word), press, "member", place)
    assert asked == RewindAsked(COMMAND, HERE, "", "both", edited=edit.message_id)
    assert named("fake:7", name_of(edit.message_id)) == edit.message_id


def test_each_edit_has_a_name_and_the_same_one_has_the_same() -> None:
    assert edited("one") == edited("one")
    assert edited("one").id != edited("two").id
    assert (is_edition(edited("one")), is_edition(SAID)) == (True, False)
