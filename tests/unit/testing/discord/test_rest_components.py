from __future__ import annotations

import pytest

from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.rest.components import checked, checked_modal


def button(number: int, **more: object) -> dict[str, object]:
    return {"type": 2, "style": 1, "label": "x", "custom_id": f"{number}", **more}


def row(*inside: dict[str, object]) -> dict[str, object]:
    return {"type": 1, "components": list(inside)}


def test_ids_are_numbers_given_in_order() -> None:
    (stored,) = checked([row(button(1), button(2))])
    assert stored["id"] == 1
    assert [each["id"] for each in stored["components"]] == [2, 3]


@pytest.mark.parametrize(
    "wrong",
    [
        [row(*(button(n) for n in range(6)))],
        [row(button(n)) for n in range(6)],
        [row(button(1), button(1))],
        [row(button(1, label=None))],
        [row(button(1, custom_id=""))],
        [row(button(1, custom_id="x" * 101))],
        [row()],
        [button(1)],
        [row({"type": 3, "custom_id": "s", "options": [{}] * 26})],
        [row({"type": 3, "custom_id": "s", "options": []})],
        [row({"type": 2, "style": 5, "label": "link"})],
    ],
)
def test_what_discord_refuses_is_refused(wrong: list[dict[str, object]]) -> None:
    with pytest.raises(ApiError) as refused:
        checked(wrong)
    assert refused.value.code == 50035


def test_a_modal_needs_a_title_an_id_and_one_to_five_rows() -> None:
    modal = {"custom_id": "m", "title": "t", "components": [{"type": 1}]}
    assert checked_modal(modal) == modal
    for wrong in ({"title": ""}, {"custom_id": ""}, {"components": []}, {"title": "x" * 46}):
        with pytest.raises(ApiError):
            checked_modal(modal | wrong)
