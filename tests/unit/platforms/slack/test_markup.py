"""Whatever an agent writes, what leaves for Slack is words, our own links, and never a mention."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.platforms.slack import markup

LINK = re.compile(r"<(?:https?://|mailto:)[^<>|\s]*\|[^<>|]*>")
ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")

texts = st.text(
    st.sampled_from("ab <>&@!#|*_~`[]()\n-1.>\\") | st.characters(codec="utf-16"), max_size=200
)


def is_sound(text: str) -> bool:
    """A `>` alone is a quotation's; a tag needs a `<`."""
    return "<" not in LINK.sub("", text) and not ENTITY.search(text)


@given(texts, st.integers(20, 400))
def test_nothing_is_taken_for_a_tag(text: str, longest: int) -> None:
    made = markup.rendered(text, longest)
    assert is_sound(made)
    assert not re.search(r"<[@!#]", made)
    assert 0 < len(made) <= longest


@given(texts)
def test_words_are_read_as_they_were_written(text: str) -> None:
    assert markup.unescaped(markup.words(text)) == markup.sound(text)


@given(texts, st.integers(2, 50))
def test_what_is_fitted_is_a_beginning(text: str, longest: int) -> None:
    made = markup.fitted(text, longest)
    assert len(made) <= longest
    assert markup.sound(text).startswith(markup.unescaped(made).removesuffix(markup.CUT))


@given(texts, st.integers(10, 60))
def test_parts_are_short_and_lose_nothing_but_ends_of_lines(text: str, longest: int) -> None:
    whole = markup.words(text)
    parts = [*markup.parts(whole, longest)]
    assert all(0 < len(one) <= longest for one in parts)
    assert "".join(parts).replace("\n", "") == whole.replace("\n", "")
    assert not any(ENTITY.search(one) for one in parts)


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**bold** and *it* and ~~gone~~", "*bold* and _it_ and ~gone~"),
        ("# A title", "*A title*"),
        ("- one\n- two\n  - deep", "• one\n• two\n    • deep"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("> said", "> said"),
        ("`a < b`", "`a &lt; b`"),
        ("```sh\nls -l\n```", "```\nls -l\n```"),
        ("[here](https://example.org/a?b=1&c)", "<https://example.org/a?b=1&amp;c|here>"),
        ("[x](javascript:alert)", "[x](javascript:alert)"),
        ("<@U0123> <!channel> @here", "&lt;@U0123&gt; &lt;!channel&gt; @here"),
        ("**a *b* c**", "*a _b_ c*"),
    ],
)
def test_markdown_is_drawn(markdown: str, shown: str) -> None:
    assert markup.rendered(markdown, 1000) == shown


def test_what_grows_too_long_is_shown_as_it_was_written() -> None:
    text = "[a](https://example.org/" + "b" * 100 + ")"
    assert markup.rendered(text, 60).startswith("[a](https://example.org/")


def test_a_fence_in_a_fence_does_not_end_it() -> None:
    assert markup.code("a\n```\nb").count("```") == 2
