"""What the documents tell a person to type exists: commands, options, make targets, settings."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest
from pages import ROOT, Page, pages
from reference import subcommands

from carrel.settings import plugins
from carrel.settings.loading import model_with

ASSIGNMENT = re.compile(r"[A-Z_]+=")


def typed(one: Page) -> list[str]:
    """Every command line in a page's `console` blocks."""
    lines = [line for block in one.blocks("console") for line in block.splitlines()]
    return [line.removeprefix("$ ").strip() for line in lines if line.startswith("$ ")]


def fault_of(line: str) -> str:
    """Why a command line of ours would fail before it did anything; empty if it would not."""
    words = shlex.split(line, comments=True)
    while words and (ASSIGNMENT.match(words[0]) or words[0] in {"sudo", "env"}):
        words = words[1:]
    match words:
        case ["make", *targets]:
            unknown = [t for t in targets if "=" not in t and t not in make_targets()]
            return f"no make target {unknown}" if unknown else ""
        case ["carrel", *rest] | [".venv/bin/carrel", *rest]:
            return fault_of_carrel(rest)
        case _:
            return ""


def make_targets() -> list[str]:
    return re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)


def fault_of_carrel(words: list[str]) -> str:
    if words[:1] in (["--version"], ["--help"]):
        return ""
    command = subcommands().get(words[0]) if words else None
    if command is None:
        return f"no command {words[:1]}"
    try:
        command.make_context(words[0], words[1:])
    except Exception as error:  # noqa: BLE001 - click and typer each have their own
        return "" if type(error).__name__ == "Exit" else f"{type(error).__name__}: {error}"
    return ""


def test_what_people_are_told_to_type_exists() -> None:
    faults = [
        f"{p.name}: {line}: {why}" for p in pages() for line in typed(p) if (why := fault_of(line))
    ]
    assert not faults, "\n".join(["these commands would fail:", *faults])


def test_every_script_that_make_runs_is_there() -> None:
    named = re.findall(r"\bscripts/[\w.]+", (ROOT / "Makefile").read_text())
    missing = sorted({name for name in named if not (ROOT / name).exists()})
    assert not missing, f"the Makefile runs what is not there: {', '.join(missing)}"


def test_every_target_of_make_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/commands.md").read_text()
    missing = [target for target in make_targets() if f"`make {target}`" not in text]
    assert not missing, f"docs/reference/commands.md does not list: {', '.join(missing)}"


def test_some_commands_are_told() -> None:
    lines = [line for one in pages() for line in typed(one)]
    assert any(line.startswith("make up") for line in lines)
    assert any("carrel send" in line for line in lines)


@pytest.mark.parametrize("one", pages(), ids=lambda one: one.name)
def test_settings_in_the_documents_are_accepted(one: Page) -> None:
    known = model_with(plugins.names("platforms"))
    for block in one.blocks("toml"):
        known.model_validate(tomllib.loads(block))


def test_a_wrong_command_is_found() -> None:
    assert fault_of("make everything")
    assert fault_of("carrel fly")
    assert fault_of("carrel status --colour")
    assert fault_of("CARREL_HOME=x carrel status --colour")
    assert not fault_of("CARREL_HOME=x carrel status --json")
    assert not fault_of("make up")
    assert not fault_of("ls -l")
