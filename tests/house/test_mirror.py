"""`tests/unit` mirrors `src`: every module has its test, every test its module.

`src/carrel/core/split.py` is tested by `tests/unit/core/test_split.py`. A folder may be
written flat: `testing/messages_api/stream.py` by `testing/test_messages_api_stream.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from pathlib import PurePosixPath

import excused

from house import ROOT, File, complaint, python_files, source_files


def test_places(source: str) -> set[str]:
    """Where the unit test of a module may lie."""
    inside = PurePosixPath(source).relative_to("src/carrel").with_suffix("")
    parts = [part.strip("_") for part in inside.parts]
    if parts[-1] == "init":
        parts = parts[:-1] or ["init"]
    return {
        "/".join(["tests/unit", *parts[:cut], f"test_{'_'.join(parts[cut:])}.py"])
        for cut in range(len(parts))
    }


test_places.__test__ = False


def says_something(file: File) -> bool:
    """Whether a module does anything: a docstring, imports and `__all__` do nothing."""
    for node in file.tree.body:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                continue
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                continue
            case _:
                return True
    return False


def untested(sources: Collection[File], tests: Collection[str]) -> list[str]:
    """Modules that have code and no unit test."""
    return [
        file.path
        for file in sources
        if says_something(file) and not test_places(file.path) & set(tests)
    ]


def orphans(sources: Collection[File], tests: Collection[str]) -> list[str]:
    """Unit tests of modules that are not there."""
    wanted = {place for file in sources for place in test_places(file.path)}
    return [test for test in tests if test not in wanted]


def unit_tests() -> list[str]:
    files = [file.path for file in python_files("tests/unit")]
    return [path for path in files if PurePosixPath(path).name.startswith("test_")]


def test_every_module_has_its_test() -> None:
    found = untested(source_files(), unit_tests())
    faults = excused.judged(excused.UNTESTED, excused.without(excused.ELSEWHERE, found))
    faults += [f"no use: {key}" for key in excused.needless(excused.ELSEWHERE, found)]
    assert not faults, complaint("tests/unit mirrors src; no test has:", faults)


def test_what_is_tested_elsewhere_is_tested_there() -> None:
    missing = [place for place in excused.ELSEWHERE.values() if not (ROOT / place).exists()]
    assert not missing, complaint("tests/house/excused.py names tests that are not there:", missing)


def test_every_unit_test_has_its_module() -> None:
    faults = orphans(source_files(), unit_tests())
    assert not faults, complaint("tests/unit mirrors src; no module has:", faults)


def test_orphans_on_either_side_are_found() -> None:
    module = File("src/carrel/core/split.py", "def f(): ...\n")
    deep = File("src/carrel/engines/claude/live.py", "X = 1\n")
    empty = File("src/carrel/core/__init__.py", '"""Decisions."""\n')
    assert untested([module, empty], []) == ["src/carrel/core/split.py"]
    assert untested([module, deep], ["tests/unit/core/test_split.py"]) == [deep.path]
    assert not untested([deep], ["tests/unit/engines/test_claude_live.py"])
    assert not untested([deep], ["tests/unit/engines/claude/test_live.py"])
    assert orphans([module], ["tests/unit/core/test_splitter.py"])
    assert not orphans([module], ["tests/unit/core/test_split.py"])
