"""Any text becomes HTML that Telegram reads, that pings nobody, and that is short enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.platforms.telegram import markup
from carrel.testing.telegram.html import found_in, parse, units

MARKS = st.sampled_from(
    ["**", "*", "_", "`", "```\n", "~~", "> ", "- ", "1. ", "# ", "\n", "[a](", "https://x.y)",
     "<b>", "</i>", "&amp;", "&", "<", ">", "@ada", "😀", "\ud83d", "\0", "![x](y)", "a", " ", "|"]
)  # fmt: skip
MARKDOWN = st.one_of(st.text(), st.lists(MARKS, max_size=60).map("".join))


@given(MARKDOWN)
def test_any_text_is_html_that_telegram_reads(text: str) -> None:
    shown, entities = parse(markup.rendered(text))
    assert shown.strip()
    assert units(shown) <= markup.TEXT
    pings = [one for one in found_in(shown, entities) if one["type"] == "mention"]
    assert not pings


@given(MARKDOWN, st.integers(min_value=20, max_value=300))
def test_it_is_never_longer_than_it_may_be(text: str, longest: int) -> None:
    shown, _ = parse(markup.rendered(text, longest))
    assert 0 < units(shown) <= longest


@given(st.text(max_size=2000))
def test_two_thousand_characters_always_fit_whole(text: str) -> None:
    shown, _ = parse(markup.words(text))
    assert units(shown.replace("\u2060", "")) <= markup.TEXT


@given(MARKDOWN)
def test_what_is_read_of_it_is_what_telegram_shows(text: str) -> None:
    html = markup.rendered(text)
    assert markup.plain(html) == parse(html)[0]


@given(MARKDOWN)
def test_words_are_shown_as_they_are(text: str) -> None:
    shown, entities = parse(markup.words(text))
    assert not entities
    sound = text.encode("utf-8", "replace").decode().replace("\0", "")
    assert shown.replace("\u2060", "") == sound.replace("\u2060", "")


@given(MARKDOWN, st.text())
def test_code_is_one_block(text: str, language: str) -> None:
    shown, entities = parse(markup.code(text, language))
    assert [one["type"] for one in entities] == (["pre"] if shown else [])


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_a_cut_text_fits(text: str, longest: int) -> None:
    short = markup.cut(text, longest)
    assert units(short) <= longest
    assert short == text or short.endswith(markup.CUT)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**bold** and *italic* ~~gone~~", "<b>bold</b> and <i>italic</i> <s>gone</s>"),
        ("# A head\n\ntext", "<b>A head</b>\n\ntext"),
        ("# A **strong** head", "<b>A strong head</b>"),
        ("- one\n- two\n  - three", "• one\n• two\n  • three"),
        ("3. one\n4. two", "3. one\n4. two"),
        ("use `a < b`", "use <code>a &lt; b</code>"),
        ("**`bold code`**", "<b>bold code</b>"),
        (
            "```python\nx = 1\n```",
            '<pre><code class="language-python">x = 1</code></pre>',
        ),
        ("> said\n>\n> ```\n> code\n> ```", "<blockquote>said\n\ncode</blockquote>"),
        ("[a](https://x.y/?a=1&b=2)", '<a href="https://x.y/?a=1&amp;b=2">a</a>'),
        ("[ada](tg://user?id=1)", "ada"),
        ("![a picture](https://x.y/z.png)", '<a href="https://x.y/z.png">a picture</a>'),
        ("<b>raw</b>", "&lt;b&gt;raw&lt;/b&gt;"),
        ("hello @ada, mail a@b.org", "hello @\u2060ada, mail a@b.org"),
        ("---", "———"),
        ("  ", "…"),
    ],
)
def test_markdown_as_telegram_writes_it(markdown: str, html: str) -> None:
    assert markup.rendered(markdown) == html


def test_what_grows_too_long_is_shown_as_it_was_written() -> None:
    many = "# a\n# b\n" * 10
    assert parse(markup.rendered(many, 50))[0].startswith("# a")
