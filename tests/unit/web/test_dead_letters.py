from __future__ import annotations

import pytest


async def test_what_failed_is_listed_with_what_people_were_told(opening, house) -> None:
    async with opening(house.control, known=False) as person:
        (row,) = (await person.client.get("/dead-letters")).json()
    assert (row["inbound"]["text"], row["why"], row["at"]) == ("hello", "It was lost.", 60.0)


async def test_one_is_tried_again_or_let_go_of(opening, house) -> None:
    async with opening(house.control, known=False) as person:
        for act in ("retry", "drop"):
            asked = {"message": "discord:me/1", "act": act}
            assert (await person.client.post("/dead-letters", json=asked)).status_code == 200
    assert house.letters.asked == [("discord:me/1", True), ("discord:me/1", False)]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"message": "discord:me/1"}', b'{"message": "x", "act": "retry"}',
             b'{"message": "discord:me/1", "act": "explode"}'],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(opening, house, body) -> None:
    async with opening(house.control, known=False) as person:
        answer = await person.client.post("/dead-letters", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert house.letters.asked == []
