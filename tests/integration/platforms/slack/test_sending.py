"""What leaves for Slack, where the way is bad."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.core.errors import Unavailable
from carrel.core.messages import Answer, File, Gone, Mark, Notice
from carrel.platforms.slack import KIND
from carrel.platforms.slack.platform import LARGEST_FILE
from carrel.platforms.slack.wire import UPLOAD_S
from carrel.ports.platform import Refusal, RetryAfter
from carrel.runtime.outbox import SEND_LIMIT

from .conftest import World

POST = "chat.postMessage"


@pytest.mark.parametrize("fault", ["drop_after_commit", "status"])
async def test_a_second_try_finds_the_first(world: World, fault: str) -> None:
    more = {"status": 502, "after_commit": True} if fault == "status" else {}
    async with world.running():
        getattr(world.fake.faults, fault)(POST, **more)
        with pytest.raises(Unavailable):
            await world.send(Answer("once", "8 s"))
        receipt = await world.send(Answer("once", "8 s"), again=True)
        await world.send(Notice("changed"), receipt.ref)
    assert world.shown() == ["changed"]


async def test_a_file_is_found_too_and_can_be_taken_back(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    file = File("a.txt", "text/plain", 5, str(tmp_path / "a.txt"))
    async with world.running():
        world.fake.faults.drop_after_commit("files.completeUploadExternal")
        with pytest.raises(Unavailable):
            await world.send(file)
        receipt = await world.send(file, again=True)
        assert [one.files[0].data for one in world.fake.answers(world.channel)] == [b"words"]
        await world.send(Gone(), receipt.ref)
    assert not world.fake.answers(world.channel)


def test_the_largest_file_leaves_before_the_outbox_gives_up() -> None:
    assert LARGEST_FILE / UPLOAD_S <= 1_000_000, "bytes a second, which a slow line has too"
    assert UPLOAD_S < SEND_LIMIT


async def test_a_pause_is_kept(world: World) -> None:
    async with world.running():
        world.fake.faults.rate_limit(POST, 30)
        for _ in range(2):
            with pytest.raises(RetryAfter):
                await world.send(Answer("later"))
    assert len(world.fake.ledger.requests(POST)) == 1, "Slack is not asked again meanwhile"


async def test_one_sign_at_a_time(world: World) -> None:
    async with world.running():
        said = world.ada.says(world.channel, "hello")
        (inbound,) = await world.hears()
        ref = (await world.send(Mark(inbound.message_id, "stored"))).ref
        await world.send(Mark(inbound.message_id, "answered"), ref)
    assert [*said.reactions] == ["white_check_mark"]


async def test_where_the_bot_may_not_write_the_operator_is_told(world: World) -> None:
    async with world.running() as platform:
        world.ada.archives(world.channel)
        with pytest.raises(Refusal):
            await world.send(Answer("hello"))
        assert any("archived" in one for one in platform.troubles)


async def test_the_token_is_shown_to_slack_alone(world: World) -> None:
    platform = KIND.build(world.table(), world.parts())
    for url in ("https://files.slack.com/x", f"{world.fake.origin}/files/x"):
        assert platform._is_slacks(url)
    for url in (
        "http://files.slack.com/x", "https://slack.com.evil.org/x", "https://evilslack.com/",
        "https://files.slack.com:8443/x", "https://files.slack.com@evil.org/x", "", "nonsense",
    ):  # fmt: skip
        assert not platform._is_slacks(url)
