"""A file that begins with YAML between two lines of `---`, with the line of every key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

FENCE = "---"
QUOTES = "A value that begins with *, &, ! or @ needs quotes."


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a file says of itself: texts and lists of texts. `lines`: where each key stands."""

    values: Mapping[str, str | list[str]]
    lines: Mapping[str, int]
    body: str


class Unreadable(Exception):
    """The front matter cannot be read. `line` from 1; the text says what is wrong there."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def parse(text: str) -> FrontMatter:
    """Read a file's text. Values stay texts: no `no` becomes false, no 17:00 a number.

    Raises Unreadable.
    """
    first, _, rest = text.removeprefix("\ufeff").partition("\n")
    head, fence, body = f"\n{rest}".partition(f"\n{FENCE}\n")
    if first.strip() != FENCE or not (fence or rest.endswith(f"\n{FENCE}")):
        raise Unreadable(1, f"it must begin with its settings between two lines of {FENCE}")
    head = head if fence else head.removesuffix(f"\n{FENCE}")
    try:
        node = yaml.compose(head, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        raise Unreadable(line, f"this is not YAML: {error.problem}. {QUOTES}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(1, f"this is not YAML: {error}.") from None
    return _read(node, body.strip())


def _read(node: yaml.Node | None, body: str) -> FrontMatter:
    values: dict[str, str | list[str]] = {}
    lines: dict[str, int] = {}
    if node is not None and not isinstance(node, yaml.MappingNode):
        raise Unreadable(2, "each line must say `key: value`")
    for key, value in node.value if node is not None else ():
        name, line = str(key.value), key.start_mark.line + 1
        if name in values:
            raise Unreadable(line, f"{name} is said twice")
        values[name], lines[name] = _value(value, name), line
    return FrontMatter(values, lines, body)


def _value(node: yaml.Node, name: str) -> str | list[str]:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode) and all(
        isinstance(one, yaml.ScalarNode) for one in node.value
    ):
        return [str(one.value) for one in node.value]
    raise Unreadable(node.start_mark.line + 1, f"{name} must be one value, or a list of values")
