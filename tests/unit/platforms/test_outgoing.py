"""What all networks ask about an Outbound."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.core.messages import Answer, Body, File, Gone, Mark, Notice, WaitingCard
from carrel.core.model import MessageId
from carrel.platforms import outgoing
from carrel.ports.platform import Refusal


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


def test_what_is_said_to_a_message_names_it_as_the_network_does() -> None:
    said = MessageId("telegram:1/-100.7")
    assert outgoing.replied_to(Answer("x", reply_to=said)) == "-100.7"
    assert outgoing.replied_to(WaitingCard(said, "queue", 2)) == "-100.7"
    assert outgoing.replied_to(Notice("x")) == outgoing.replied_to(Gone()) == ""


async def test_a_file_is_read_if_it_may_be_sent(tmp_path: Path) -> None:
    there = tmp_path / "a.txt"
    there.write_bytes(b"words")
    assert await outgoing.bytes_of(File("a.txt", "text/plain", 5, str(there)), 5) == b"words"
    with pytest.raises(Refusal, match=r"a\.txt is larger than the 2 MB allowed"):
        await outgoing.bytes_of(File("a.txt", "text/plain", 2_000_001, str(there)), 2_000_000)
    with pytest.raises(Refusal, match="cannot be read"):
        await outgoing.bytes_of(File("b.txt", "text/plain", 5, str(tmp_path / "b.txt")), 5)
