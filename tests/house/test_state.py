"""No module holds state: a value at its top is a constant, and stays what it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import excused

from house import File, complaint, source_files

MUTABLE_CALLS = frozenset({"dict", "list", "set", "bytearray", "defaultdict", "deque", "Counter"})
AMBIENT = frozenset({"ContextVar"})
CHANGES = frozenset(
    {"append", "add", "clear", "extend", "insert", "pop", "popitem", "remove", "discard"}
    | {"setdefault", "update", "appendleft", "popleft", "sort", "reverse"}
)


def top_values(tree: ast.Module) -> Iterator[tuple[int, str, ast.expr]]:
    """Name and value of every assignment at the top of a module."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from (
                    (node.lineno, target.id, value)
                    for target in targets
                    if isinstance(target, ast.Name)
                )
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield node.lineno, name, value


def is_mutable(value: ast.expr) -> bool:
    """Whether an expression makes something that can change."""
    match value:
        case ast.Dict() | ast.List() | ast.Set() | ast.DictComp() | ast.ListComp() | ast.SetComp():
            return True
        case ast.Call(func=function):
            return called(function) in MUTABLE_CALLS
        case _:
            return False


def called(function: ast.expr) -> str:
    return ast.unparse(function).split("[", maxsplit=1)[0].split(".")[-1]


def changed_names(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Names that are changed in place anywhere in the file."""
    for node in nodes:
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                yield node.lineno, name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=change)):
                if change in CHANGES:
                    yield node.lineno, name
            case ast.AugAssign(target=ast.Name(id=name)):
                yield node.lineno, name


def state_faults(file: File) -> list[str]:
    """What in `file` is, or may become, state of the module."""
    faults, constants = [], set()
    for line, name, value in top_values(file.tree):
        if isinstance(value, ast.Call) and called(value.func) in AMBIENT:
            faults.append(f"{file.path}:{line} {name} is ambient")
        if is_mutable(value) and name != "__all__":
            constants.add(name)
            if name != name.upper():
                faults.append(f"{file.path}:{line} {name} is mutable and no CONSTANT")
    for line, name in changed_names(file.nodes):
        if name in constants:
            faults.append(f"{file.path}:{line} {name} is a constant and changes")
    return faults + [
        f"{file.path}:{node.lineno} {', '.join(node.names)} is global"
        for node in file.nodes
        if isinstance(node, ast.Global)
    ]


def all_state_faults() -> list[str]:
    return [fault for file in source_files() for fault in state_faults(file)]


def test_no_module_holds_state() -> None:
    faults = excused.judged(excused.STATE, all_state_faults())
    assert not faults, complaint("a module holds no state:", faults)


def test_state_is_found() -> None:
    for text in (
        "seen = {}",
        "seen: list[int] = []",
        "from collections import defaultdict\nseen = defaultdict(list)",
        "import collections\nseen = collections.deque[int]()",
        "SEEN = set()\ndef f():\n    SEEN.add(1)",
        "SEEN = {}\ndef f():\n    SEEN['x'] = 1",
        "SEEN = {}\ndef f():\n    del SEEN['x']",
        "n = 0\ndef f():\n    global n\n    n += 1",
        "from contextvars import ContextVar\nroute = ContextVar('route')",
    ):
        assert state_faults(File("src/carrel/x.py", text)), text


def test_constants_are_left_alone() -> None:
    for text in (
        "__all__ = ['a']",
        "NAMES = {'a': 1}\nx = NAMES['a']",
        "_NAMES = ['a']",
        "def f():\n    seen = {}\n    seen['x'] = 1",
    ):
        assert not state_faults(File("src/carrel/x.py", text)), text
