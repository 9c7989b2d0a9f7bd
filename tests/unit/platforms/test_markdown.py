"""Markdown is read alike for every network."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carrel.platforms import markdown


@given(st.text())
def test_what_is_sound_can_be_sent(text: str) -> None:
    sound = markdown.sound(text)
    assert "\0" not in sound
    assert sound.encode().decode() == markdown.sound(sound) == sound


def test_a_half_of_a_pair_is_replaced() -> None:
    assert markdown.sound("a\ud83d\0b") == "a?b"


def test_blocks_are_read_and_html_is_words() -> None:
    read = markdown.blocks("# Head\n\n- one\n\n<b>raw</b> ~~gone~~")
    assert [one.type for one in read] == ["heading", "bullet_list", "paragraph"]
    assert [one.type for one in read[2].children[0].children][-1] == "s"
