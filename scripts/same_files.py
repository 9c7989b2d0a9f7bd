"""Is every file of the source tree in the installed package? Run by the wheel's Python."""
# ruff: noqa: INP001 - a script, no part of a package

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def files_below(folder: Path) -> set[Path]:
    """Every file's path relative to `folder`, what Python compiles left out."""
    return {
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def main() -> int:
    """Name what the installed package lacks; 1 if anything."""
    spec = importlib.util.find_spec("carrel")
    if spec is None or spec.origin is None:
        sys.stderr.write("carrel is not installed\n")
        return 1
    lacking = files_below(Path(sys.argv[1])) - files_below(Path(spec.origin).parent)
    for path in sorted(lacking):
        sys.stderr.write(f"not in the wheel: {path}\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
