"""Telegram's HTML, read as strictly as Telegram reads it: one bad tag, and nothing is shown."""

from __future__ import annotations

import re
from html import unescape

from carrel.testing.telegram.model import Json
from carrel.testing.telegram.problems import ApiError, bad

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-z-]+\s*=\s*\"[^\"<>]*\")*)\s*>")
_ATTRIBUTE = re.compile(r"([a-z-]+)\s*=\s*\"([^\"]*)\"")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_ALONE = frozenset({"code", "pre"})


def units(text: str) -> int:
    """The length as Telegram counts it: units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(source: str) -> tuple[str, list[Json]]:
    """The text that is shown, and its entities. ApiError for what Telegram does not read."""
    text, position, opened, entities = "", 0, list[tuple[str, Json]](), list[Json]()
    while position < len(source):
        if source[position] != "<":
            end = source.find("<", position)
            end = len(source) if end < 0 else end
            text += _ENTITY.sub(lambda found: unescape(found.group()), source[position:end])
            position = end
            continue
        found = _TAG.match(source, position)
        if found is None:
            raise _unread("Unsupported start tag", source, position)
        _take(found, source, units(text), opened, entities)
        position = found.end()
    if opened:
        raise bad(f"can't parse entities: Can't find end tag corresponding to {opened[-1][0]!r}")
    return text, [one for one in entities if one["length"]]


def _take(
    tag: re.Match[str], source: str, at: int, opened: list[tuple[str, Json]], found: list[Json]
) -> None:
    closes, name, attributes = tag.group(1), tag.group(2).lower(), tag.group(3)
    if name not in _KINDS:
        raise _unread("Unsupported start tag", source, tag.start())
    if closes:
        if not opened or opened[-1][0] != name:
            raise _unread("Unmatched end tag", source, tag.start())
        _, entity = opened.pop()
        entity["length"] = at - entity["offset"]
        return
    _check_nesting(name, [one for one, _ in opened])
    entity = {"type": _KINDS[name], "offset": at, "length": 0}
    given = {key: unescape(value) for key, value in _ATTRIBUTE.findall(attributes)}
    if name == "a":
        entity |= _linked(given.get("href", ""))
    opened.append((name, entity))
    if name == "code" and [one for one, _ in opened[:-1]] == ["pre"]:
        opened[0][1]["language"] = given.get("class", "").removeprefix("language-")
    else:
        found.append(entity)


def _linked(target: str) -> Json:
    """A link to a person is a mention, which makes their phone ring."""
    person = target.removeprefix("tg://user?id=")
    if person != target and person.isdigit():
        return {"type": "text_mention", "user": {"id": int(person), "is_bot": False}}
    return {"url": target}


def _check_nesting(name: str, inside: list[str]) -> None:
    """Telegram drops what it documents as impossible; here it is refused, so that it is seen."""
    in_code = bool(_ALONE & set(inside)) and not (name == "code" and inside == ["pre"])
    twice = name in inside
    alone = name in _ALONE and bool(inside) and inside != ["pre"]
    if in_code or twice or alone:
        raise bad(f"can't parse entities: {name} cannot stand in {inside}")


def _unread(what: str, source: str, position: int) -> ApiError:
    offset = len(source[:position].encode())
    return bad(f"can't parse entities: {what} at byte offset {offset}")


_MENTION = re.compile(r"(?<![\w@/])@(\w{2,32})")
_COMMAND = re.compile(r"(?<![\w/])/[a-z0-9_]{1,32}(?:@\w{2,32})?")


def found_in(text: str, taken: list[Json]) -> list[Json]:
    """The mentions and commands that Telegram itself finds, outside of code."""
    spans = [(e["offset"], e["offset"] + e["length"]) for e in taken if e["type"] in _ALONE]
    made = []
    for kind, pattern in (("mention", _MENTION), ("bot_command", _COMMAND)):
        for found in pattern.finditer(text):
            at, length = units(text[: found.start()]), units(found.group())
            if not any(start <= at < end for start, end in spans):
                made.append({"type": kind, "offset": at, "length": length})
    return sorted([*taken, *made], key=lambda one: (one["offset"], -one["length"]))
