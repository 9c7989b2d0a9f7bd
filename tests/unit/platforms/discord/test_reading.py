"""Discord's messages in Carrel's words: who speaks, to whom, what of it is only material."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.platforms.discord.far_side import (
    BOB,
    CHANNEL,
    ME,
    OTHER_ROLE,
    OWN_ROLE,
    SERVER,
    THREAD,
    atlas,
    channel,
    file,
    message,
    user,
)

from carrel.core.messages import Inbound
from carrel.core.model import Attachment, Material
from carrel.platforms.discord.atlas import Place, direct, unix_of
from carrel.platforms.discord.reading import Reader, is_speech, sender

FORWARDED = {"type": 1, "channel_id": str(CHANNEL), "message_id": "90"}


def read(data, place: int = CHANNEL, member=None) -> Inbound:
    known = atlas()
    known.add_place({**channel(21, 11, "bobs", parent_id="30", owner_id=str(BOB)), "guild_id": 50})
    conversation = known.conversation(known.places[place]) if place else direct(60)
    return Reader(known, "discord:1").inbound(data, conversation, member)


def forward(text: str = "look", **more) -> dict:
    snapshot = {"type": 0, "content": text, **more}
    return message(
        text="",
        message_reference=FORWARDED,
        message_snapshots=[{"message": snapshot}],
        flags=1 << 14,
    )


@pytest.mark.parametrize(
    ("kind", "speech"), [(0, True), (19, True), (6, False), (7, False), (18, False), (20, False),
                         (21, False), (23, False), (None, False)],
)  # fmt: skip
def test_only_people_who_write_or_reply_are_speech(kind, speech):
    assert is_speech(message(type=kind), ME) is speech
    assert not is_speech(message(type=kind, author=user(ME, "carrel")), ME)


@pytest.mark.parametrize(
    ("who", "member", "name"),
    [
        (user(), {}, "ada"),
        (user(global_name="Ada L."), {}, "Ada L."),
        (user(global_name=None), {"nick": None}, "ada"),
        (user(global_name="Ada L."), {"nick": "Countess"}, "Countess"),
        ({"id": "2"}, {}, "2"),
    ],
)
def test_a_sender_is_named_as_people_there_know_them(who, member, name):
    assert sender(who, member, SERVER).name == name


def test_roles_are_those_of_the_server_and_the_server_itself():
    ada = read(message(member={"roles": ["11", "12"]})).sender
    assert (ada.platform, ada.id, ada.is_bot) == ("discord", "2", False)
    assert ada.roles == {"role:11", "role:12", "server:50"}
    assert read(message(), place=0).sender.roles == frozenset()


def test_a_member_that_was_looked_up_counts_for_more_than_the_data():
    data = message(member={"nick": "old", "roles": ["11"]})
    ada = read(data, member={"nick": "new", "roles": ["12"]}).sender
    assert (ada.name, ada.roles) == ("new", {"role:12", "server:50"})


def test_a_bot_is_a_bot_and_a_member():
    bot = read(message(author=user(bot=True))).sender
    assert (bot.is_bot, bot.roles) == (True, {"server:50"})


def test_a_webhook_is_a_bot_and_no_member_of_the_server():
    """Whoever has its address speaks through it: that everyone there is listed lets it not in."""
    hook = read(message(author=user(77, "Ada"), webhook_id="77")).sender
    assert (hook.id, hook.is_bot, hook.roles) == ("77", True, frozenset())


def test_a_message_keeps_its_place_its_id_and_its_time():
    said = read(message(175928847299117063), place=THREAD)
    assert (said.source, said.id) == ("discord:1", "175928847299117063")
    assert said.message_id == "discord:1/175928847299117063"
    assert said.at == unix_of(175928847299117063)
    assert said.conversation.within == ("30", "40", "50")
    assert (said.text, said.material, said.more) == ("hello", (), False)


@pytest.mark.parametrize(
    ("data", "place", "addressed"),
    [
        (message(), CHANNEL, False),
        (message(), 0, True),
        (message(), THREAD, True),
        (message(), 21, False),
        (message(mentions=[user(ME)]), CHANNEL, True),
        (message(mentions=[user(BOB)]), CHANNEL, False),
        (message(mentions=[user(BOB), user(ME)]), 21, True),
        (message(mention_roles=[str(OWN_ROLE)]), CHANNEL, True),
        (message(mention_roles=[str(OWN_ROLE)]), 21, True),
        (message(mention_roles=[str(OTHER_ROLE)]), CHANNEL, False),
        (message(text="@everyone", mention_everyone=True), CHANNEL, False),
        (message(type=19, referenced_message=message(author=user(ME))), CHANNEL, True),
        (message(type=19, referenced_message=message(author=user(BOB))), CHANNEL, False),
        (message(type=19, referenced_message=None), CHANNEL, False),
        (message(text=f"`<@{ME}>`"), CHANNEL, False),
    ],
)
def test_who_speaks_to_the_bot(data, place, addressed):
    assert read(data, place).addressed is addressed


def test_in_a_place_that_nobody_told_of_nobody_is_addressed_by_role():
    known = atlas()
    strange = known.conversation(Place(99, 0, "?", None, 51))
    reader = Reader(known, "discord:1")
    assert not reader.addresses_me(message(mention_roles=[str(OWN_ROLE)]), strange)
    assert reader.addresses_me(message(mentions=[user(ME)]), strange)


MENTIONED = [
    user(ME, "carrel"),
    user(BOB, "bob", member={"nick": "Bobby"}),
    user(4, "eve", global_name="Eve"),
]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("hello", "hello"),
        ("", ""),
        ("<@1> /stop", "/stop"),
        ("<@!1>\n do it", "do it"),
        ("<@1>", ""),
        ("<@1> ask <@1>", "ask @carrel"),
        ("tell <@1>", "tell @carrel"),
        ("<@3> and <@!4> and <@5>", "@Bobby and @Eve and @5"),
        ("see <#30>, <#20>, <#99>", "see #general, #ideas, #elsewhere"),
        ("<:wave:123> <a:dance:45>", ":wave: :dance:"),
        ("a < b > c @everyone", "a < b > c @everyone"),
    ],
)
def test_numbers_are_names_and_the_mention_that_opens_a_message_goes(typed, text):
    assert read(message(text=typed, mentions=MENTIONED)).text == text


def test_the_mention_of_the_own_role_that_opens_a_message_goes():
    data = message(text=f"<@&{OWN_ROLE}> /stop", mention_roles=[str(OWN_ROLE)])
    assert read(data).text == "/stop"
    others = message(text=f"<@&{OTHER_ROLE}> /stop", mention_roles=[str(OTHER_ROLE)])
    assert read(others).text == f"<@&{OTHER_ROLE}> /stop"


def test_stickers_are_words():
    stickers = [{"name": "Wave"}, {"name": "Party"}]
    assert read(message(sticker_items=stickers)).text == "hello\n[sticker: Wave]\n[sticker: Party]"
    assert read(message(text="", sticker_items=stickers[:1])).text == "[sticker: Wave]"


PIECES = st.sampled_from(
    [
        "<@1>",
        "<@!3>",
        "<@99>",
        "<@",
        "<#30>",
        "<#",
        "<:a:1>",
        "<a:b:22>",
        "<",
        ">",
        "!",
        "1",
        "@",
        " ",
    ]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join))
def test_no_mention_stays_a_number(typed: str):
    text = read(message(text=typed, mentions=MENTIONED)).text
    assert not re.search(r"<@!?\d+>|<#\d+>|<a?:\w+:\d+>", text)


def test_a_forward_is_material_and_its_sender_goes_on():
    """spec: 5.7"""
    said = read(forward("run <@3> this", mentions=MENTIONED))
    assert (said.text, said.more) == ("", True)
    assert said.material == (Material("forward", "#general", "run @Bobby this"),)


def test_a_forward_from_elsewhere_says_no_more():
    data = forward() | {"message_reference": {"type": 1, "channel_id": "999"}}
    assert [one.origin for one in read(data).material] == ["#elsewhere"]
    bare = forward() | {"message_reference": {"type": 1}}
    assert [one.origin for one in read(bare).material] == ["#elsewhere"]


def test_what_a_forward_brings_along_is_fetched_by_the_forward():
    said = read(forward("", attachments=[file(content_type="image/png"), file(8, "b.txt")]))
    assert said.attachments == (
        Attachment("a.png", "image/png", 3, "30/100/7 https://cdn/a.png"),
        Attachment("b.txt", "application/octet-stream", 3, "30/100/8 https://cdn/b.txt"),
    )
    assert said.material[0].text == "[files: a.png, b.txt]"


def test_a_forward_of_nothing_says_so():
    assert read(forward("")).material[0].text == "[no text]"


def test_snapshots_without_a_forward_are_nobodys_words():
    data = forward() | {"message_reference": {"type": 0, "message_id": "90"}}
    assert (read(data).material, read(data).more) == ((), False)


@pytest.mark.parametrize(
    ("replied", "material"),
    [
        (message(text="so"), [Material("reply", "ada", "so")]),
        (message(text="so", author=user(ME)), [Material("reply", "your own", "so")]),
        (message(text="", attachments=[file()]), [Material("reply", "ada", "[files: a.png]")]),
        (message(text=""), [Material("reply", "ada", "[no text]")]),
        (None, []),
    ],
)
def test_a_reply_brings_what_it_replies_to_as_material(replied, material):
    """spec: 5.7"""
    said = read(message(type=19, text="why?", referenced_message=replied))
    assert (said.text, list(said.material), said.more) == ("why?", material, False)


def test_files_have_safe_names_and_can_be_asked_for_again():
    said = read(message(attachments=[file(name="../../etc/passwd", url="https://cdn/x?a=b")]))
    (one,) = said.attachments
    assert (one.name, one.ref, one.voice) == ("passwd", "30/100/7 https://cdn/x?a=b", False)


def test_a_voice_message_is_spoken():
    said = read(message(text="", flags=1 << 13, attachments=[file(name="voice-message.ogg")]))
    assert [one.voice for one in said.attachments] == [True]
