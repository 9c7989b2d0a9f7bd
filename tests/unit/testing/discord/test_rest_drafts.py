from __future__ import annotations

from typing import Any

import pytest

from carrel.testing.discord.building import Builder
from carrel.testing.discord.model import COMPONENTS_V2, REPLY, Channel, Upload
from carrel.testing.discord.posting import Draft
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.rest.call import Call
from carrel.testing.discord.rest.drafts import MAX_FILE_BYTES, Context, draft_of


@pytest.fixture
def world() -> Builder:
    return Builder()


@pytest.fixture
def channel(world: Builder) -> Channel:
    return world.channel(world.guild("home"), "general")


def drafted(world: Builder, channel: Channel, body: dict[str, Any], *files: Upload) -> Draft:
    uploads = {f"files[{number}]": file for number, file in enumerate(files)}
    call = Call(world, "POST", "", {}, {}, body, uploads)
    return draft_of(Context(call, channel), body)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({}, 50006),
        ({"content": "x" * 2001}, 50035),
        ({"embeds": [{"title": "x"}] * 11}, 50035),
        ({"embeds": [{"title": "x" * 257}]}, 50035),
        ({"embeds": [{"description": "x" * 4000}] * 2}, 50035),
        ({"content": "x", "nonce": "n" * 26}, 50035),
        ({"content": "x", "message_reference": {"message_id": "1"}}, 50035),
        ({"content": "x", "flags": COMPONENTS_V2}, 50035),
    ],
)
def test_what_discord_refuses_is_refused(
    world: Builder, channel: Channel, wrong: dict[str, Any], code: int
) -> None:
    with pytest.raises(ApiError) as refused:
        drafted(world, channel, wrong)
    assert refused.value.code == code


def test_too_many_and_too_large_files_are_refused(world: Builder, channel: Channel) -> None:
    with pytest.raises(ApiError) as many:
        drafted(world, channel, {}, *[Upload("a", b"")] * 11)
    with pytest.raises(ApiError) as large:
        drafted(world, channel, {}, Upload("a", bytes(MAX_FILE_BYTES + 1)))
    assert (many.value.code, large.value.code) == (50035, 40005)


def test_only_allowed_mentions_tell_anyone(world: Builder, channel: Channel) -> None:
    ada, bea = world.person("ada"), world.person("bea")
    body: dict[str, Any] = {"content": f"<@{ada.id}> and <@{bea.id}>"}
    assert drafted(world, channel, body).mentions == (ada.id, bea.id)
    assert drafted(world, channel, body | {"allowed_mentions": {"parse": []}}).mentions == ()
    one = body | {"allowed_mentions": {"users": [int(ada.id)]}}
    assert drafted(world, channel, one).mentions == (ada.id,)


def test_a_reply_tells_its_author_unless_told_not_to(world: Builder, channel: Channel) -> None:
    ada = world.person("ada")
    said = ada.says(channel, "hello")
    body: dict[str, Any] = {"content": "hi", "message_reference": {"message_id": said.id}}
    made = drafted(world, channel, body)
    assert (made.kind, made.mentions) == (REPLY, (ada.id,))
    quiet = body | {"allowed_mentions": {"parse": [], "replied_user": False}}
    assert drafted(world, channel, quiet).mentions == ()


def test_a_missing_reply_may_be_ignored(world: Builder, channel: Channel) -> None:
    gone = {"message_id": "1", "fail_if_not_exists": False}
    assert drafted(world, channel, {"content": "x", "message_reference": gone}).reference is None
