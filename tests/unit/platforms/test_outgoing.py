"""What all networks ask about an Outbound."""

from __future__ import annotations

import pytest

from carrel.core.messages import Body, Gone, Mark, Notice
from carrel.core.model import MessageId
from carrel.platforms import outgoing


@pytest.mark.parametrize(
    ("body", "ref", "new"),
    [
        (Notice("x"), None, "new"),
        (Notice("x"), "7", "change"),
        (Gone(), None, "change"),
        (Mark(MessageId("telegram:1/1.1"), "stored"), None, "change"),
    ],
)
def test_only_what_makes_a_message_shows_that_one_can_write(
    body: Body, ref: str | None, new: str
) -> None:
    assert outgoing.is_new(body, ref) is (new == "new")
