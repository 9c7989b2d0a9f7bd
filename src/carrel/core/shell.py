"""Reads the plainest of command lines: those whose every word is known before they run.

It is no shell. What it accepts, bash, zsh and dash read in the same way; all else it refuses.
"""

from __future__ import annotations

import re

SimpleCommand = tuple[str, ...]
"""A program and its arguments, quotes and backslashes resolved. Never empty."""

_PIECE = re.compile(
    r"""(?P<plain>[\w@%+=:,./-]++)"""
    r"""|\\(?P<escaped>[ -~])"""
    r"""|'(?P<single>[^']*+)'"""
    r"""|"(?P<double>(?:[^"\\$`!]|\\[^\n!])*+)\"""",
    re.ASCII,
)
_TOKEN = re.compile(
    # Output that goes nowhere, as a word of its own: `12>/dev/null` is about another descriptor.
    r"(?P<quiet>(?<![^ \t\n;|&])(?:2>&1|[12]?> ?/dev/null)(?=[ \t\n;|&]|\Z))"
    r"|(?P<joint>&&|\|\|?|;|\n[ \t\n]*+)"
    rf"|(?P<word>(?:{re.sub('[?]P<[a-z]+>', '?:', _PIECE.pattern)})++)"
    r"|[ \t]++",
    re.ASCII,
)
_ESCAPED = re.compile(r'\\([\\"$`])')
_PROGRAM = re.compile(r"[\w./][\w./+-]*+", re.ASCII)

_GRAMMAR = (
    "case coproc do done elif else end esac fi for foreach function if in nocorrect noglob repeat"
    " select then time until while"
)
RESERVED = frozenset(_GRAMMAR.split())
"""Words that bash or zsh read as their grammar where a program's name may stand."""


def parse(text: str) -> tuple[SimpleCommand, ...] | None:
    """The simple commands of a line, in order; None unless all of it is of the plain kind.

    Plain are words with quotes and backslashes, commands joined by `&&`, `||`, `;`, `|` or ends of
    lines, and output that goes to `/dev/null` or with `2>&1`. Patterns of file names are not: the
    files' names would become words, and a file may be called `--exec=…`. A program's name has no
    quotes, so that no alias and no grammar hides behind it. Never raises.
    """
    if not all(character.isprintable() or character in "\t\n" for character in text):
        return None
    commands: list[list[str]] = [[]]
    text, at = text.strip(" \t\n"), 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return None
        at = token.end()
        if token["joint"]:
            commands.append([])
        elif token["word"]:
            word = _value(token["word"])
            # zsh puts the path of a program in the place of `=program`, even behind empty quotes.
            if word.startswith("=") or not (commands[-1] or _is_program(token["word"])):
                return None
            commands[-1].append(word)
    return tuple(map(tuple, commands)) if all(commands) else None


def _is_program(word: str) -> bool:
    return _PROGRAM.fullmatch(word) is not None and word not in RESERVED


def _value(word: str) -> str:
    return "".join(map(_piece_value, _PIECE.finditer(word)))


def _piece_value(piece: re.Match[str]) -> str:
    if piece["double"] is not None:
        return _ESCAPED.sub(r"\1", piece["double"])
    return piece["plain"] or piece["escaped"] or piece["single"] or ""
