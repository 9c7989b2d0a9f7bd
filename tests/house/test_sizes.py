"""A file fits on a few screens, a function on one."""

from __future__ import annotations

import ast

import excused

from house import File, complaint, python_files

FILE, FUNCTION = 400, 50


def long_files(file: File) -> list[str]:
    """`file`, if it is longer than a file may be."""
    length = len(file.lines)
    return [f"{file.path} has {length} lines"] if length > FILE else []


def long_functions(file: File) -> list[str]:
    """Each function of `file` that is longer than a function may be, docstring included."""
    return [
        f"{file.path}:{node.lineno} {node.name} has {length} lines"
        for node in ast.walk(file.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION
    ]


def test_files_are_short() -> None:
    faults = [f for file in python_files() for f in long_files(file)]
    faults = excused.without(excused.SIZES, faults)
    assert not faults, complaint(f"a file has at most {FILE} lines:", faults)


def test_functions_are_short() -> None:
    faults = [f for file in python_files() for f in long_functions(file)]
    faults = excused.without(excused.SIZES, faults)
    assert not faults, complaint(f"a function has at most {FUNCTION} lines:", faults)


def test_what_is_too_long_is_found() -> None:
    assert long_files(File("x.py", "a = 1\n" * (FILE + 1)))
    assert not long_files(File("x.py", "a = 1\n" * FILE))
    assert long_functions(File("x.py", "class A:\n  async def f():\n" + "    a = 1\n" * FUNCTION))
    assert not long_functions(File("x.py", "def f():\n" + "    a = 1\n" * (FUNCTION - 1)))
