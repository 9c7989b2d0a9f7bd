"""Whether Slack takes some blocks: the limits of Block Kit, as it documents them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carrel.testing.slack.model import Json
from carrel.testing.slack.problems import ApiError, bad_blocks

MOST, ELEMENTS = 50, 25
SECTION, LABEL, VALUE, NAME = 3000, 75, 2000, 255
HEADER, CONTEXT, META, TITLE, PLACEHOLDER = 150, 10, 3000, 24, 150
STYLES = frozenset({"primary", "danger"})


def check(blocks: Any) -> list[Json]:
    """The blocks of a message. Raises ApiError."""
    if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
        raise ApiError("invalid_blocks_format")
    if len(blocks) > MOST:
        raise bad_blocks(f"no more than {MOST} items allowed")
    for block in blocks:
        _check(block)
    return blocks


def _check(block: Json) -> None:
    match block.get("type"):
        case "section":
            _text(block.get("text"), SECTION, ("mrkdwn", "plain_text"))
        case "header":
            _text(block.get("text"), HEADER, ("plain_text",))
        case "context":
            _count(block.get("elements"), CONTEXT)
        case "actions":
            _count(elements := block.get("elements"), ELEMENTS)
            _buttons(elements or [])
        case "divider":
            return
        case other:
            raise bad_blocks(f"unsupported type: {other}")


def _count(elements: Any, most: int) -> None:
    if not isinstance(elements, list) or not 1 <= len(elements) <= most:
        raise bad_blocks(f"between 1 and {most} elements")


def _buttons(elements: Sequence[Json]) -> None:
    names = [one.get("action_id") for one in elements]
    if len({*names}) != len(names):
        raise bad_blocks("`action_id` must be unique")
    for one in elements:
        if one.get("type") != "button":
            raise bad_blocks(f"unsupported element: {one.get('type')}")
        _text(one.get("text"), LABEL, ("plain_text",))
        if not 1 <= len(one.get("action_id") or "") <= NAME:
            raise bad_blocks("action_id is missing or too long")
        if len(one.get("value") or "") > VALUE:
            raise bad_blocks(f"value must be less than {VALUE + 1} characters")
        if "style" in one and one["style"] not in STYLES:
            raise bad_blocks(f"style must be one of {sorted(STYLES)}")


def _text(text: Any, longest: int, kinds: tuple[str, ...]) -> None:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        raise bad_blocks(f"text must be one of {kinds}")
    if not 1 <= len(text.get("text") or "") <= longest:
        raise bad_blocks(f"must be more than 0 and less than {longest + 1} characters")


def check_view(view: Any) -> Json:
    """A form. Raises ApiError."""
    if not isinstance(view, dict) or view.get("type") != "modal":
        raise ApiError("invalid_arguments")
    for key in ("title", "submit", "close"):
        if key in view:
            _text(view[key], TITLE, ("plain_text",))
    if len(view.get("private_metadata") or "") > META:
        raise ApiError("invalid_arguments")
    for block in view["blocks"]:
        if block.get("type") != "input":
            _check(block)
            continue
        _text(block.get("label"), VALUE, ("plain_text",))
        element = block["element"]
        if element["type"] != "plain_text_input" or not 1 <= element.get("max_length", 1) <= META:
            raise bad_blocks("the element is not one that is known here")
    return view
