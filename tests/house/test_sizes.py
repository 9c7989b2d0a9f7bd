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
        for node in file.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION
    ]


def test_files_and_functions_are_short() -> None:
    checks = (long_files, long_functions)
    faults = [fault for check in checks for file in python_files() for fault in check(file)]
    faults = excused.judged(excused.SIZES, faults)
    rule = f"a file has at most {FILE} lines, a function at most {FUNCTION}:"
    assert not faults, complaint(rule, faults)


def test_what_is_too_long_is_found() -> None:
    assert long_files(File("x.py", "a = 1\n" * (FILE + 1)))
    assert not long_files(File("x.py", "a = 1\n" * FILE))
    assert long_functions(File("x.py", "class A:\n  async def f():\n" + "    a = 1\n" * FUNCTION))
    assert not long_functions(File("x.py", "def f():\n" + "    a = 1\n" * (FUNCTION - 1)))
