"""Whoever steps out of line says why: a `noqa`, a `type: ignore`, an exclusion, an excuse."""

from __future__ import annotations

import io
import re
import tokenize
import tomllib

import excused

from house import ROOT, File, complaint, python_files

OUT_OF_LINE = re.compile(r"#\s*(?:ruff:\s*)?(?:noqa|type:\s*ignore|pragma:|fmt:\s*off)")
REASON = re.compile(r"(?:[A-Z][0-9]+|\]|cover|off)(?:\s*[#:-]|\s)\s*[^\s,#].*[a-z]{2}")
CODES = re.compile(r'^\s*"[A-Z]+[0-9]*"')


def comments(text: str) -> list[tuple[int, str]]:
    """Line and text of every comment; what looks like one in a string is none."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def unreasoned(file: File) -> list[str]:
    """Comments that switch a check off and do not say why."""
    if not OUT_OF_LINE.search(file.text):
        return []  # to take a file's comments apart takes long
    return [
        f"{file.path}:{line} {comment}"
        for line, comment in comments(file.text)
        if OUT_OF_LINE.search(comment) and not REASON.search(comment)
    ]


def unreasoned_exclusions(pyproject: str) -> list[str]:
    """Lines of ruff's lists of exclusions that do not say why."""
    listing, faults = False, []
    for line in pyproject.splitlines():
        if re.match(r'(ignore|"[^"]+") = \[$', line):
            listing = True
        elif line.startswith("]"):
            listing = False
        elif listing and CODES.match(line) and not re.search(r"#\s*\S+", line):
            faults.append(line.strip())
    return faults


def test_every_check_that_is_switched_off_says_why() -> None:
    faults = [fault for file in python_files() for fault in unreasoned(file)]
    assert not faults, complaint("write the reason: `# noqa: X123 - why`:", faults)


def test_every_lint_exclusion_says_why() -> None:
    faults = unreasoned_exclusions((ROOT / "pyproject.toml").read_text())
    assert not faults, complaint("each exclusion in pyproject.toml has a reason:", faults)


def test_lint_asks_for_docstrings_and_everything_else() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert lint["select"] == ["ALL"]
    assert not {"D", "D101", "D102", "D103"} & set(lint["ignore"]), "public things have docstrings"


def test_a_missing_reason_is_found() -> None:
    assert unreasoned(File("x.py", "x = 1  # noqa: S101\n"))
    assert unreasoned(File("x.py", "x = 1  # type: ignore[arg-type]\n"))
    assert unreasoned(File("x.py", "x = 1  # noqa\n"))
    assert unreasoned(File("x.py", "x = 1  # noqa: S101, S102\n"))
    assert not unreasoned(File("x.py", "x = 1  # noqa: S101, S102 - tests assert\n"))
    assert not unreasoned(File("x.py", "x = 1  # noqa: S101  tests assert\n"))
    assert not unreasoned(File("x.py", "x = 1  # type: ignore[misc]  # untyped upstream\n"))
    assert unreasoned_exclusions('ignore = [\n  "D1",\n  "D2", # why\n]\n') == ['"D1",']
    assert excused.judged({"src/x.py": "it is what it is"}, [])
    assert excused.judged({"src/x.py": ""}, ["src/x.py:3 long"])
    assert not excused.judged({"src/x.py": "it is what it is"}, ["src/x.py:3 long"])
