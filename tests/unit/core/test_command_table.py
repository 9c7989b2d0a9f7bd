"""The rows of the table of commands."""

from __future__ import annotations

from carrel.core.command_table import COMMANDS


def test_usage_says_what_is_typed() -> None:
    usages = {command.name: command.usage for command in COMMANDS}
    assert usages["deny"] == "/deny ID [WHY]"
    assert usages["missed"] == "/missed answer|ignore"
    assert usages["stop"] == "/stop"


def test_what_is_offered_fits_every_platform() -> None:
    assert len([command for command in COMMANDS if command.listed]) <= 25


def test_each_name_stands_for_one_command() -> None:
    names = [command.name for command in COMMANDS]
    assert len(names) == len(set(names))
