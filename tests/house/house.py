"""What the rules of the house look at: files of the tree, parsed once."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
TEXT = frozenset({".md", ".py", ".sh", ".toml", ".lock", ".sql", ".html", ".css", ".js", ".in", ""})


@dataclass(frozen=True)
class File:
    """One Python file: its place in the repository and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All of the tree, walked through once for all rules."""
        return tuple(ast.walk(self.tree))

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def module(self) -> str:
        """`src/carrel/core/model.py` is `carrel.core.model`."""
        return self.path.removeprefix("src/").removesuffix(".py").replace("/", ".")

    def below(self, *folders: str) -> bool:
        """Whether the file is in one of the folders of src/carrel, or is one of its files."""
        return any(f"{self.path}/".startswith(f"src/carrel/{folder}") for folder in folders)


@lru_cache
def repository() -> tuple[Path, ...]:
    """Every file that is, or may be, committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


@lru_cache
def python_files(folder: str = "") -> tuple[File, ...]:
    """The Python files of the repository, or of one folder of it."""
    if folder:
        return tuple(file for file in python_files() if Path(file.path).is_relative_to(folder))
    return tuple(
        File(path.relative_to(ROOT).as_posix(), path.read_text())
        for path in repository()
        if path.suffix == ".py"
    )


def source_files() -> tuple[File, ...]:
    """The Python files of Carrel itself."""
    return python_files("src/carrel")


def text_files() -> Iterator[tuple[str, str]]:
    """Every text file's place and text."""
    for path in repository():
        if path.suffix in TEXT:
            yield path.relative_to(ROOT).as_posix(), path.read_text(errors="replace")


def complaint(rule: str, faults: list[str]) -> str:
    """A failure as people read it: the rule, then each place that breaks it."""
    return "\n  ".join([rule, *faults])
