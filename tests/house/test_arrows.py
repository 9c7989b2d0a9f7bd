"""Imports point one way: cli, gateway, web, the five workshops, ports, core.

Every import counts: at the top, in a function, under TYPE_CHECKING.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator

from house import File, complaint, source_files

WORKSHOPS = frozenset({"runtime", "platforms", "engines", "stores", "workspaces", "voice"})
INNER = frozenset({"core", "ports"})
OUTER = frozenset({"telemetry", "tasks", "durable"})
WEB = WORKSHOPS | INNER | OUTER | {"settings", "setting_up"}
HOSTING = WORKSHOPS | INNER | {"settings"}
GATEWAY = WEB | {"web", "importers", "examining", "hosting"}

MAY_IMPORT: dict[str, frozenset[str]] = {
    "core": frozenset(),
    "ports": frozenset({"core"}),
    "telemetry": frozenset({"core"}),
    "tasks": frozenset(),
    "durable": frozenset(),
    "settings": INNER | {"durable"},
    **dict.fromkeys(WORKSHOPS, INNER | OUTER),
    "importers": INNER | {"settings", "telemetry"},
    "testing": INNER | WORKSHOPS | {"telemetry", "tasks"},
    "setting_up": INNER | {"runtime", "engines", "workspaces", "settings", "durable"},
    "examining": WORKSHOPS | INNER | {"settings"},
    "web": WEB,
    "hosting": HOSTING,
    "gateway": GATEWAY,
    "cli": GATEWAY | {"gateway", "testing"},
    "__main__": frozenset({"cli"}),
    "__init__": frozenset(),
}
"""Which parts of carrel a part may import, besides itself and the package's own version."""

ONLY_STANDARD_LIBRARY = frozenset({"core", "ports"})
RUNTIME_LIBRARIES = frozenset({"structlog"})
APART = frozenset({"platforms", "engines"})
"""Folders whose members have never heard of each other."""


def imports(nodes: Iterable[ast.AST], module: str, *, package: bool) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported; `import_module("…")` counts too."""
    for node in nodes:
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=name, names=names, level=level):
                base = _absolute(name, level, module, package=package)
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in names)
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if "import" in ast.unparse(
                node.func
            ):
                yield node.lineno, name


def _absolute(name: str | None, level: int, module: str, *, package: bool) -> str:
    if not level:
        return name or ""
    parts = module.split(".")
    kept = parts[: len(parts) - level + package]
    return ".".join([*kept, *([name] if name else [])])


def arrow_faults(file: File) -> list[str]:
    """Every import of `file` that points the wrong way."""
    package = file.module.endswith(".__init__")
    here = file.module.removesuffix(".__init__").split(".")
    part = here[1] if len(here) > 1 else "__init__"
    faults = []
    for line, name in imports(file.nodes, ".".join(here), package=package):
        why = _forbidden(part, here, name.split("."))
        if why:
            faults.append(f"{file.path}:{line} imports {name}: {why}")
    return faults


def _forbidden(part: str, here: list[str], there: list[str]) -> str:
    if there[0] != "carrel":
        return _foreign(part, there[0])
    if there == ["carrel", "__version__"]:
        return "" if part not in INNER else f"{part} has no use for the version"
    if len(there) == 1:
        return "import what is meant, not the whole package"
    if there[1] != part:
        return "" if there[1] in MAY_IMPORT[part] else f"{part} may not know {there[1]}"
    if part in APART and _strangers(here, there):
        return f"{part} have never heard of each other"
    return ""


def _foreign(part: str, library: str) -> str:
    if library in sys.stdlib_module_names:
        return ""
    if part in ONLY_STANDARD_LIBRARY:
        return f"{part} uses the standard library only"
    if part == "runtime" and library not in RUNTIME_LIBRARIES:
        return "runtime knows no network, no framework, no engine"
    return ""


def _strangers(here: list[str], there: list[str]) -> bool:
    """Whether two modules belong to different platforms or engines. Names as `entry.py` or folder.

    What several of them share lies beside them in a file that imports none of them.
    """
    mine, theirs = here[2] if len(here) > 2 else "", there[2] if len(there) > 2 else ""
    mine, theirs = mine.split("_")[0], theirs.split("_")[0]
    return bool(mine) and mine != theirs and theirs in ADAPTERS


ADAPTERS = frozenset({"discord", "telegram", "slack", "console", "claude", "acp", "scripted"})


def test_every_arrow_points_inwards() -> None:
    faults = [fault for file in source_files() for fault in arrow_faults(file)]
    assert not faults, complaint("imports point one way (ARCHITECTURE.md):", faults)


def planted(path: str, text: str) -> list[str]:
    return arrow_faults(File(path, text))


def test_wrong_arrows_are_found_wherever_they_hide() -> None:
    assert planted("src/carrel/core/x.py", "import pydantic\n")
    assert planted("src/carrel/core/x.py", "from carrel.ports.clock import Clock\n")
    assert planted("src/carrel/core/x.py", "from ..ports import clock\n")
    assert planted("src/carrel/core/__init__.py", "from ..ports import clock\n")
    assert planted("src/carrel/ports/x.py", "def f():\n    from carrel.stores import sqlite\n")
    hidden = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import carrel.web.app\n"
    assert planted("src/carrel/runtime/x.py", hidden)
    assert planted("src/carrel/runtime/x.py", "import discord\n")
    assert planted("src/carrel/runtime/x.py", "from carrel.settings import Settings\n")
    assert planted("src/carrel/setting_up/x.py", "from carrel.web import app\n")
    assert planted("src/carrel/web/x.py", "from carrel.cli import wizard\n")
    assert planted("src/carrel/stores/x.py", "import_module('carrel.runtime.actor')\n")
    assert planted("src/carrel/web/x.py", "from carrel import gateway\n")
    assert planted("src/carrel/gateway.py", "from carrel.testing import playbook\n")
    assert planted("src/carrel/testing/x.py", "from carrel.gateway import Gateway\n")
    assert planted("src/carrel/platforms/slack/x.py", "from carrel.platforms import console\n")
    assert planted("src/carrel/engines/acp/x.py", "import carrel.engines.claude.live\n")


def test_right_arrows_are_left_alone() -> None:
    assert not planted("src/carrel/core/x.py", "import re\nfrom carrel.core.model import Turn\n")
    assert not planted("src/carrel/core/__init__.py", "from . import model\n")
    assert not planted("src/carrel/gateway.py", "from carrel.web.app import App\n")
    assert not planted("src/carrel/web/x.py", "from carrel.setting_up import choices\n")
    assert not planted("src/carrel/cli/demo.py", "from carrel.testing import messages_api\n")
    assert not planted("src/carrel/engines/claude/x.py", "from carrel.engines.claude.y import z\n")
    assert not planted("src/carrel/engines/acp/x.py", "from carrel.engines.telling import T\n")
    assert not planted("src/carrel/platforms/console/x.py", "import starlette\n")
