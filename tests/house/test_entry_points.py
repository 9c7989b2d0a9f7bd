"""What pyproject.toml promises to load is there."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterator, Mapping

from house import ROOT, complaint


def promised(project: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Name and target of every script and entry point."""
    groups = {"scripts": project["scripts"], **project["entry-points"]}
    for group, entries in groups.items():
        yield from ((f"{group}: {name}", target) for name, target in entries.items())


def broken(name: str, target: str) -> str:
    """Why `module:thing` cannot be loaded, or nothing."""
    module, _, thing = target.partition(":")
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        return f"{name} = {target}: {error}"
    return "" if hasattr(loaded, thing) else f"{name} = {target}: {module} has no {thing}"


def test_every_entry_point_resolves() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    faults = [why for name, target in promised(project) if (why := broken(name, target))]
    assert not faults, complaint("entry points that lead nowhere:", faults)


def test_a_broken_entry_point_is_found() -> None:
    assert broken("a", "carrel.core.model:Nothing")
    assert broken("a", "carrel.nowhere:Thing")
    assert not broken("a", "carrel.core.model:Turn")
