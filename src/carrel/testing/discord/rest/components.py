"""Checks a message's components and gives them the ids that Discord gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from carrel.testing.discord.model import Json
from carrel.testing.discord.problems import ApiError

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, LABEL = 1, 2, 3, 4, 18
SELECTS = frozenset({3, 5, 6, 7, 8})
LINK_STYLE, PREMIUM_STYLE = 5, 6
MAX_ROWS, MAX_BUTTONS, MAX_OPTIONS, MAX_CUSTOM_ID, MAX_LABEL = 5, 5, 25, 100, 80
MAX_V2 = 40


def checked(given: Sequence[Json], *, v2: bool = False) -> tuple[Json, ...]:
    """The components as Discord would store them; ApiError 50035."""
    if v2:
        _bound("components", len(given), MAX_V2)
    else:
        _bound("components", len(given), MAX_ROWS)
    numbers, seen = count(1), set[str]()
    return tuple(
        _stored(each, f"components.{at}", numbers, seen, top=not v2)
        for at, each in enumerate(given)
    )


def _stored(
    given: Json, at: str, numbers: Iterator[int], seen: set[str], *, top: bool = False
) -> Json:
    kind = given.get("type")
    if top and kind != ROW:
        raise ApiError.invalid(f"{at}.type", "UNION_TYPE_CHOICES", "must be an action row")
    _check(given, at, seen)
    stored = {**given, "id": given.get("id") or next(numbers)}
    if kind in SELECTS:
        stored = {"min_values": 1, "max_values": 1, **stored}
    if "components" in given:
        stored["components"] = [
            _stored(each, f"{at}.components.{number}", numbers, seen)
            for number, each in enumerate(given["components"])
        ]
    if "accessory" in given:
        stored["accessory"] = _stored(given["accessory"], f"{at}.accessory", numbers, seen)
    return {key: value for key, value in stored.items() if value is not None}


def _check(given: Json, at: str, seen: set[str]) -> None:
    match given.get("type"):
        case 1:
            _check_row(given, at)
        case 2:
            _check_button(given, at, seen)
        case kind if kind in SELECTS:
            _check_custom_id(given, at, seen)
            _bound(f"{at}.options", len(given.get("options", [])), MAX_OPTIONS)
            if kind == STRING_SELECT and not given.get("options"):
                raise ApiError.invalid(f"{at}.options", "BASE_TYPE_REQUIRED", "required")
        case int():
            return
        case _:
            raise ApiError.invalid(f"{at}.type", "BASE_TYPE_REQUIRED", "This field is required")


def _check_row(given: Json, at: str) -> None:
    inside = given.get("components") or []
    if not inside:
        raise ApiError.invalid(f"{at}.components", "BASE_TYPE_BAD_LENGTH", "Must be 1 to 5.")
    width = sum(5 if each.get("type") in SELECTS else 1 for each in inside)
    _bound(f"{at}.components", width, MAX_BUTTONS)


def _check_button(given: Json, at: str, seen: set[str]) -> None:
    _bound(f"{at}.label", len(given.get("label") or ""), MAX_LABEL)
    if given.get("style") == LINK_STYLE:
        if not given.get("url"):
            raise ApiError.invalid(f"{at}.url", "BASE_TYPE_REQUIRED", "A url is required")
    elif given.get("style") != PREMIUM_STYLE:
        _check_custom_id(given, at, seen)
    if not given.get("label") and not given.get("emoji"):
        raise ApiError.invalid(at, "BUTTON_COMPONENT_MISSING_LABEL", "A label or emoji is required")


def _check_custom_id(given: Json, at: str, seen: set[str]) -> None:
    custom_id = given.get("custom_id") or ""
    if not custom_id:
        raise ApiError.invalid(f"{at}.custom_id", "BASE_TYPE_REQUIRED", "A custom id is required")
    _bound(f"{at}.custom_id", len(custom_id), MAX_CUSTOM_ID)
    if custom_id in seen:
        code = "COMPONENT_CUSTOM_ID_DUPLICATED"
        raise ApiError.invalid(f"{at}.custom_id", code, "Component custom id cannot be duplicated")
    seen.add(custom_id)


def checked_modal(data: Json) -> Json:
    """A modal as it is shown; ApiError 50035."""
    for name, most in (("custom_id", MAX_CUSTOM_ID), ("title", 45)):
        if not data.get(name):
            raise ApiError.invalid(f"data.{name}", "BASE_TYPE_REQUIRED", "This field is required")
        _bound(f"data.{name}", len(data[name]), most)
    rows = data.get("components") or []
    if not rows:
        raise ApiError.invalid("data.components", "BASE_TYPE_BAD_LENGTH", "Must be 1 to 5.")
    _bound("data.components", len(rows), MAX_ROWS)
    return data


def _bound(field: str, length: int, most: int) -> None:
    if length > most:
        told = f"Must be {most} or fewer in length."
        raise ApiError.invalid(field, "BASE_TYPE_MAX_LENGTH", told)
