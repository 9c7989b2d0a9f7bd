from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.web.markdown import COLOURED, MOST_DIFF, Markdown, code_block

MARKDOWN = Markdown()
HARMLESS = frozenset(
    {"h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "blockquote", "pre", "code", "em"}
    | {"strong", "s", "hr", "br", "span", "a", "table", "thead", "tbody", "tr", "th", "td", "div"}
    | {"figure", "figcaption", "button"}
)
ATTRIBUTES = {"class", "href", "target", "rel", "title", "tabindex", "type", "data-do", "start"}


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, set[str]] = {}

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")


def elements(text: str) -> Elements:
    parser = Elements()
    parser.feed(MARKDOWN.render(text))
    return parser


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<!-- <script> -->",
        "```<script>\n</script><script>alert(1)</script>\n```",
        '```"onload=alert(1) x\ncode\n```',
        "`<script>`",
        "[<script>](http://a.b)",
        '!["><script>](http://a.b/x.png)',
        "<a href='javascript:alert(1)'>x</a>",
        '<http://a.b/"onclick=alert(1)>',
    ],
)
def test_no_html_of_the_engine_is_html(text: str) -> None:
    seen = elements(text)
    assert seen.tags <= HARMLESS
    assert set(seen.attributes) <= ATTRIBUTES


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#115;cript:alert(1)",
        "&#x6A;avascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "blob:http://127.0.0.1/x",
        "/c/other",
        "//evil.example",
        "../../stop",
        "http://[broken",
    ],
)
@pytest.mark.parametrize("form", ["[x]({})", "![x]({})", "[x][1]\n\n[1]: {}", "<{}>"])
def test_only_links_to_the_web_are_links(form: str, target: str) -> None:
    hrefs = elements(form.format(target)).attributes.get("href", set())
    assert not [href for href in hrefs if not href.startswith(("http://", "https://", "mailto:"))]


def test_a_link_gives_its_page_nothing() -> None:
    seen = elements("[x](https://a.b/?q=1&r=2)")
    assert seen.attributes["href"] == {"https://a.b/?q=1&r=2"}
    assert {"noopener", "noreferrer"} <= set(seen.attributes["rel"].pop().split())


def test_no_picture_is_fetched() -> None:
    seen = elements("![a cat](https://a.b/cat.png) ![here](cat.png)")
    assert "img" not in seen.tags
    assert "a cat" in MARKDOWN.render("![a cat](https://a.b/cat.png)")


def test_a_link_to_a_file_keeps_its_words() -> None:
    html = MARKDOWN.render("see [app.py](src/app.py)")
    assert re.search(r'<span class="ref" title="src/app.py">app.py</span>', html)


def test_tables_need_no_style() -> None:
    html = MARKDOWN.render("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert "style=" not in html
    assert '<td class="right">2</td>' in html


def test_code_is_coloured_and_escaped() -> None:
    html = MARKDOWN.render('```python\nreturn "<b>"\n```')
    assert '<span class="k">return</span>' in html
    assert "&lt;b&gt;" in html


def test_an_unknown_language_and_a_long_block_stay_plain() -> None:
    assert "<span" not in code_block("x", "klingon").replace("<span>klingon</span>", "")
    assert 'class="k"' not in code_block("return 1\n" * 5000, "python")


def test_one_render_colours_no_more_than_a_little() -> None:
    block = "```python\n" + "return 1\n" * 100 + "```\n"
    assert MARKDOWN.render(block * 20).count('class="k"') == 200
    assert MARKDOWN.render(block).count('class="k"') == 100, "a budget outlived its render"
    long = "```python\n" + "return 1\n" * 300 + "```\n"
    assert MARKDOWN.render(long + block).count('class="k"') == 100


@pytest.mark.parametrize("piece", ["a ", "\n ", "<", "("])
def test_no_language_makes_hostile_code_slow(piece: str) -> None:
    """spec: 8.5."""
    slow = {}
    for language in COLOURED:
        code = f"```{language}\n{piece * (1990 // len(piece))}\n```\n"
        MARKDOWN.render(f"```{language}\nx\n```\n")  # to load a language takes as long again
        before = time.process_time()
        MARKDOWN.render(code * 12)
        if (took := time.process_time() - before) > 0.5:
            slow[language] = took
    assert not slow


def test_a_language_that_hands_on_to_any_other_stays_plain() -> None:
    html = MARKDOWN.render("````markdown\n```python\nreturn 1\n```\n````")
    assert 'class="k"' not in html


@pytest.mark.parametrize("piece", ["a ", "\n ", "<", "(", "+\n", "@@\n"])
def test_a_long_diff_is_coloured_at_once(piece: str) -> None:
    before = time.process_time()
    code_block((piece * MOST_DIFF)[:MOST_DIFF], "diff", most=MOST_DIFF)
    assert time.process_time() - before < 2.0


def test_a_line_break_stays() -> None:
    assert "<br" in MARKDOWN.render("one\ntwo")


@given(st.text(alphabet=st.sampled_from("<>&\"'`[]()!*_#|\n \\:/javscript=onerd~-"), max_size=200))
def test_nothing_gets_through(text: str) -> None:
    seen = elements(text)
    assert seen.tags <= HARMLESS
    assert set(seen.attributes) <= ATTRIBUTES
