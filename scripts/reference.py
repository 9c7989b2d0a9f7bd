"""Writes the tables of docs/reference from the code: settings, and commands of both kinds.

What stands between `<!-- made: NAME -->` and `<!-- end -->` is made here; the rest is written by
hand. `tests/docs` fails when a table is not what the code says; `make reference` puts it right.
"""
# ruff: noqa: INP001 - a script, no part of a package

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

if TYPE_CHECKING:
    import click
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

REFERENCE = Path(__file__).parents[1] / "docs/reference"
BLOCK = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def settings_tables() -> str:
    """Every table of carrel.toml with its keys, what they accept, and their defaults."""
    from carrel.settings import plugins
    from carrel.settings.loading import model_with

    return "\n".join(_table_of(model_with(plugins.names("platforms")), ""))


def _table_of(model: type[BaseModel], name: str) -> Iterator[str]:
    plain = {key: field for key, field in model.model_fields.items() if not _model_in(field)}
    if name:
        yield from (f"### `[{name}]`", "", _first_line(model), "")
    if plain:
        yield from ("| key | accepts | default | |", "|---|---|---|---|")
        yield from (_key_row(key, field) for key, field in plain.items())
        yield ""
    for key, field in model.model_fields.items():
        inner = _model_in(field)
        if inner is not None:
            yield from _table_of(inner, _inner_name(name, key, field))


def _inner_name(name: str, key: str, field: FieldInfo) -> str:
    below = f"{name}.{key}" if name else key
    return f'{below}."…"' if get_origin(field.annotation) is dict else below


def _model_in(field: FieldInfo) -> type[BaseModel] | None:
    """The table that a field holds: itself, or as the values of a dict."""
    from pydantic import BaseModel

    kinds = (field.annotation, *get_args(field.annotation))
    tables = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return tables[0] if tables else None


def _first_line(model: type[BaseModel]) -> str:
    text = re.sub(r"^`\[.*?\]`:\s*", "", " ".join((model.__doc__ or "").split()))
    return text[:1].upper() + text[1:]


def _key_row(key: str, field: FieldInfo) -> str:
    about = field.description or ""
    return (
        f"| `{key}` | {accepts(field.annotation, field.metadata)} | {_default(field)} | {about} |"
    )


def accepts(kind: Any, metadata: list[Any]) -> str:
    """What a key takes, in the words of TOML."""
    if get_origin(kind) is Literal:
        return ", ".join(f'`"{word}"`' for word in get_args(kind))
    if get_origin(kind) is Annotated:
        plain, *fields = get_args(kind)
        return accepts(
            plain, [bound for field in fields for bound in getattr(field, "metadata", ())]
        )
    inner = [part for part in get_args(kind) if part is not type(None)]
    if len(inner) > 1:
        return " or ".join(accepts(part, metadata) for part in inner)
    if get_origin(kind) in (list, tuple, set, frozenset):
        return "a list of strings"
    if inner and type(None) in get_args(kind):
        return accepts(inner[0], metadata)
    words = {str: "a string", int: "a whole number", float: "a number", bool: "`true`, `false`"}
    return words.get(kind, "a string") + _bounds(metadata)


def _bounds(metadata: list[Any]) -> str:
    signs = {"ge": "from", "gt": "over", "le": "to", "lt": "below"}
    bounds = [
        f"{word} {getattr(bound, sign):,}"
        for bound in metadata
        for sign, word in signs.items()
        if getattr(bound, sign, None) is not None
    ]
    return f" {' '.join(bounds)}" if bounds else ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be said"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "none"
    if isinstance(value, frozenset | tuple | list | set):
        return "`[]`" if not value else f"`{sorted(value)}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{str(value).lower()}`"


def command_line() -> str:
    """Every subcommand of `carrel` with its arguments and options."""
    sections = [_command_section(name, command) for name, command in subcommands().items()]
    return "\n".join(sections)


@lru_cache
def subcommands() -> Mapping[str, click.Command]:
    """The subcommands, as click has them."""
    import typer.main

    from carrel.cli import app, register

    register([])
    group: Any = typer.main.get_command(app)
    commands: Mapping[str, click.Command] = group.commands
    return commands


def _command_section(name: str, command: click.Command) -> str:
    lines = [f"### `carrel {name}`", "", " ".join((command.help or "").split()), ""]
    params = [_param_row(param) for param in command.params if param.name != "help"]
    if params:
        lines += ["| | default | |", "|---|---|---|", *params, ""]
    return "\n".join(lines)


def _param_row(param: Any) -> str:
    option = param.param_type_name == "option"
    shown = ", ".join(param.opts) if option else param.name.upper()
    empty = param.default in (None, False, "") or callable(param.default)
    return f"| `{shown}` | {'' if empty else f'`{param.default}`'} | {param.help or ''} |"


def chat_commands() -> str:
    """What can be typed in a conversation."""
    from carrel.core.commands import COMMANDS

    listed, pressed = (
        [f"| `{c.usage}` | {c.role} | {c.help} |" for c in COMMANDS if c.listed is wanted]
        for wanted in (True, False)
    )
    buttons = "What buttons stand for, to be typed where there are none:"
    head = ("| command | who | |", "|---|---|---|")
    return "\n".join([*head, *listed, "", buttons, "", *head, *pressed, ""])


def state_table() -> str:
    """What each event does in each state."""
    from states import table

    return table()


def job_keys() -> str:
    """What a job's file can say."""
    from carrel.settings.job_table import JobTable

    fields = JobTable.model_fields.items()
    rows = [f"| `{key}` | {_default(field)} | {field.description or ''} |" for key, field in fields]
    return "\n".join(["| key | default | |", "|---|---|---|", *rows, ""])


MAKERS: Mapping[str, Callable[[], str]] = {
    "settings": settings_tables,
    "command_line": command_line,
    "chat_commands": chat_commands,
    "states": state_table,
    "job_keys": job_keys,
}


def renewed(text: str) -> str:
    """A page with its made parts made anew."""
    return BLOCK.sub(lambda found: f"{found[1]}{MAKERS[found[2]]()}{found[3]}", text)


def main() -> None:
    """Renew every page of the reference."""
    for page in sorted(REFERENCE.glob("*.md")):
        old = page.read_text()
        new = renewed(old)
        if new != old:
            page.write_text(new)
            sys.stdout.write(f"renewed {page.name}\n")


if __name__ == "__main__":
    main()
