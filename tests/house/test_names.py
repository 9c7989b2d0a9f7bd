"""The words of the glossary and no others: some names do not occur in core and runtime."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import excused

from house import File, complaint, source_files, text_files

FORBIDDEN = frozenset(
    {"channel", "agent", "bot", "user", "manager", "handler", "service", "helper", "util"}
)
OTHER_SESSIONS = re.compile(r"\b(?:log-?in|database|db|http|browser|web|user|chat)[ _-]sessions?\b")


def words(name: str) -> set[str]:
    """`isBotUsers_x` has the words is, bot, user and x; a plural counts as its singular."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return {part.lower().removesuffix("s") for part in parts}


def given_names(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Every name that the file itself gives: what it only uses was named elsewhere."""
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name


def bad_names(file: File) -> list[str]:
    """Names in `file`, and of it, that hold a forbidden word."""
    names = [(1, file.path.split("/")[-1].removesuffix(".py")), *given_names(file.nodes)]
    return [f"{file.path}:{line} {name}" for line, name in names if words(name) & FORBIDDEN]


def all_bad_names() -> list[str]:
    inner = [file for file in source_files() if file.below("core/", "runtime/")]
    return [fault for file in inner for fault in bad_names(file)]


def other_sessions(path: str, text: str) -> list[str]:
    """Places where *session* means a log-in or a connection: it means a carrel."""
    return [
        f"{path}:{number} {found.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for found in OTHER_SESSIONS.finditer(line.lower())
    ]


def test_core_and_runtime_use_the_glossary() -> None:
    faults = excused.judged(excused.NAMES, all_bad_names())
    assert not faults, complaint("names that core/ and runtime/ do not use:", faults)


def test_session_means_one_thing() -> None:
    texts = [(p, t) for p, t in text_files() if p.startswith(("src/", "docs/", "README"))]
    faults = [fault for path, text in texts for fault in other_sessions(path, text)]
    assert not faults, complaint("a session is a carrel, never a log-in or a connection:", faults)


def test_forbidden_words_are_found_in_any_dress() -> None:
    for text in (
        "def agent_of(): ...",
        "class SessionManager: ...",
        "def f(user): ...",
        "def f(*, usersById): ...",
        "self.bot = 1",
        "x: int = 1\nhelpers = [x]",
        "for channel in (): ...",
        "import asyncio as utils",
        "with a as event_handler: ...",
    ):
        assert bad_names(File("src/carrel/core/x.py", text)), text
    assert bad_names(File("src/carrel/core/utils.py", ""))
    assert not bad_names(File("src/carrel/core/x.py", "robot = conversation.channel"))


def test_other_sessions_are_found() -> None:
    assert other_sessions("docs/x.md", "The login session ends.")
    assert other_sessions("docs/x.md", "a db_session")
    assert not other_sessions("docs/x.md", "The session of a conversation.")
