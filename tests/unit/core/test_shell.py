"""Plain command lines are read as a shell reads them; everything else is refused."""

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.corpora import PLAIN, WRAPPERS

from carrel.core.shell import RESERVED, parse

WORDS = st.text(st.characters(min_codepoint=32), max_size=8).filter(
    lambda word: word.isprintable() and not word.startswith("=")
)
PROGRAMS = st.from_regex(r"[a-z][a-z0-9._/-]{0,8}", fullmatch=True).filter(
    lambda name: name not in RESERVED
)
MARKS = "$`&<>(){}[]*?!#~^\r\x00\x1b"
SHELL_LIKE = st.text("ab \t\n'\"\\;|&<>()$`{}*~#!=-2/devnull\x00\u00a0\u202e")


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("ls", [["ls"]]),
        ("  ls\t-l  a ", [["ls", "-l", "a"]]),
        ("ls 'a b' \"c d\" e\\ f", [["ls", "a b", "c d", "e f"]]),
        ("ls '' \"\"", [["ls", "", ""]]),
        ("ls a'b'\"c\"\\d", [["ls", "abcd"]]),
        (r'ls "a\"b\\c\$d\`e\nf"', [["ls", 'a"b\\c$d`e\\nf']]),
        ("ls '$x `y` *' \\* \\$x", [["ls", "$x `y` *", "*", "$x"]]),
        ("ls 'one\ntwo'", [["ls", "one\ntwo"]]),
        ("ls 'ä'", [["ls", "ä"]]),
        ("a && b || c ; d | e\nf", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
        ("a&&b;c|d\n\n \n e\n", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("ls 2>&1 x >/dev/null 2> /dev/null|wc", [["ls", "x"], ["wc"]]),
        ("ls 2 1>/dev/null", [["ls", "2"]]),
        ("ls a=b @ +x 50% c:d,e", [["ls", "a=b", "@", "+x", "50%", "c:d,e"]]),
    ],
)
def test_plain_lines_are_read(text: str, commands: list[list[str]]) -> None:
    assert parse(text) == tuple(map(tuple, commands))


@pytest.mark.parametrize("text", ["", " ", "\n", ";", "ls;", ";ls", "a;;b", "a &&\nb", "2>&1"])
def test_a_command_is_at_least_a_program(text: str) -> None:
    assert parse(text) is None


def test_a_word_that_zsh_would_replace_is_refused() -> None:
    assert all(parse(f"ls {word}") is None for word in ("=git", "''=git", "'=git'", "\\=git", "="))


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_grammar_is_no_program(word: str) -> None:
    assert parse(f"{word} x") is None
    assert parse(f"ls {word}") == (("ls", word),)


def test_every_plain_line_of_the_corpus_is_read() -> None:
    assert [command for command, _ in PLAIN if parse(command) is None] == []


UNREADABLE = re.compile(
    "substitution|redirection|here-|background|subshell|group|history|variable|backticks|braces|home"
    "|negation|function|quotes that|open q|assignment|invisible|bidi|carriage|names of files"
    "|reserved|in the b|a comment|process|descriptor|escape|backspaces|NUL|a line that is continued"
)


def test_what_expands_redirects_or_hides_is_refused() -> None:
    found = [(c, why) for c, why in WRAPPERS if UNREADABLE.match(why)]
    assert len(found) > 100
    assert [(c, why) for c, why in found if parse(c) is not None] == []


@given(st.text() | SHELL_LIKE)
def test_no_text_raises(text: str) -> None:
    parsed = parse(text)
    assert parsed is None or all(parsed)


@given(SHELL_LIKE)
def test_what_is_read_holds_no_character_that_shows_nothing(text: str) -> None:
    words = [word for command in parse(text) or () for word in command]
    assert all(c.isprintable() or c in "\t\n" for word in words for c in word)


@given(SHELL_LIKE | st.sampled_from([command for command, _ in PLAIN]))
def test_what_is_read_and_quoted_again_is_read_as_the_same(text: str) -> None:
    for command in parse(text) or ():
        assert parse(shlex.join(command)) == (command,)


@given(PROGRAMS, st.lists(WORDS, max_size=4))
def test_quoted_words_come_back(program: str, words: list[str]) -> None:
    line = " ".join([program, *(shlex.quote(word) for word in words)])
    assert parse(line) == ((program, *words),)


@given(PROGRAMS, st.lists(st.text("ab1.-/", min_size=1, max_size=5), max_size=4), st.data())
def test_one_mark_outside_of_quotes_refuses_the_whole_line(
    program: str, words: list[str], data: st.DataObject
) -> None:
    line = " ".join([program, *words])
    assert parse(line) is not None
    at = data.draw(st.integers(0, len(line)))
    mark = data.draw(st.sampled_from(MARKS))
    assert parse(line[:at] + mark + line[at:]) is None
