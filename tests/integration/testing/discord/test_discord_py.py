"""discord.py lives with the fake: it connects, hears, speaks and uses everything."""

from __future__ import annotations

import io

import pytest
from tests.integration.testing.discord.clients import Bot, Home, Listening, discord, running

from carrel.testing.discord import Permission
from carrel.testing.discord.model import EPHEMERAL, FORUM, PRIVATE_THREAD, SILENT
from carrel.testing.discord.permissions import EVERYONE
from carrel.testing.discord.threads import ThreadPlan, make_thread


async def test_it_connects_and_sees_the_server(bot: Bot, home: Home) -> None:
    guild = bot.client.get_guild(int(home.guild.id))
    assert guild is not None
    assert guild.name == "home"
    assert [channel.name for channel in guild.text_channels] == ["general"]


async def test_it_hears_and_answers(bot: Bot, home: Home) -> None:
    home.ada.says(home.general, "hello")
    await home.fake.until(lambda: bot.texts == ["hello"])
    await bot.heard[0].reply("hello yourself", silent=True)
    (answer,) = home.fake.answers(home.general)
    assert answer.content == "hello yourself"
    assert answer.flags & SILENT
    assert answer.reference
    assert answer.reference["message_id"] == str(bot.heard[0].id)


async def test_it_has_heard_what_the_fake_waits_for(bot: Bot, home: Home) -> None:
    for number in range(50):
        home.ada.says(home.general, f"{number}")
    await home.fake.heard()
    await home.fake.heard()
    assert len(bot.texts) == 50


async def test_its_messages_are_edited_and_deleted(bot: Bot, home: Home) -> None:
    sent = await bot.place(home.general).send("one")
    await sent.edit(content="two")
    assert home.fake.answers(home.general)[0].content == "two"
    await sent.delete()
    assert home.fake.answers(home.general) == []
    seen = [entry.what for entry in home.fake.ledger.of("shown", "edited", "deleted")]
    assert seen == ["shown", "edited", "deleted"]


async def test_reactions_and_typing_go_both_ways(bot: Bot, home: Home) -> None:
    asked = home.ada.says(home.general, "hello")
    await home.fake.until(lambda: bot.texts)
    await bot.heard[0].add_reaction("👀")
    assert asked.reactions == {"👀": [home.fake.application.bot.id]}
    await bot.heard[0].remove_reaction("👀", discord.Object(bot.client.user.id))
    assert asked.reactions == {}
    async with bot.place(home.general).typing():
        await home.fake.until(lambda: list(home.fake.ledger.of("typing")))
    home.ada.reacts(asked, "👍")
    home.ada.types(home.general)
    await home.fake.until(lambda: {"raw_reaction_add", "typing"} <= set(bot.events))


async def test_history_is_read_in_pages(bot: Bot, home: Home) -> None:
    for number in range(130):
        home.ada.says(home.general, f"{number}")
    first = next(iter(home.general.messages))
    after = discord.Object(int(first))
    read = [m.content async for m in bot.place(home.general).history(after=after, limit=None)]
    assert read == [f"{number}" for number in range(1, 130)]


async def test_files_go_both_ways(bot: Bot, home: Home) -> None:
    home.ada.says(home.general, "look", files={"a b.txt": b"inside"})
    await home.fake.until(lambda: bot.texts)
    (file,) = bot.heard[0].attachments
    assert await file.read() == b"inside"
    sent = await bot.place(home.general).send(
        files=[discord.File(io.BytesIO(b"1"), "1.txt"), discord.File(io.BytesIO(b"2"), "2.txt")]
    )
    kept = home.fake.answers(home.general)[0].attachments
    assert [(each.filename, each.data) for each in kept] == [("1.txt", b"1"), ("2.txt", b"2")]
    assert await sent.attachments[1].read() == b"2"


async def test_links_expire(bot: Bot, home: Home) -> None:
    asked = home.ada.says(home.general, "look", files={"a.txt": b"inside"})
    await home.fake.until(lambda: bot.texts)
    home.fake.faults.expire_links()
    with pytest.raises(discord.NotFound):
        await bot.heard[0].attachments[0].read()
    fresh = await bot.place(home.general).fetch_message(int(asked.id))
    assert await fresh.attachments[0].read() == b"inside"


async def test_a_thread_on_a_message_has_its_id(bot: Bot, home: Home) -> None:
    asked = home.ada.says(home.general, "hello")
    await home.fake.until(lambda: bot.texts)
    thread = await bot.heard[0].create_thread(name="talk")
    assert thread.id == int(asked.id)
    home.ada.says(home.fake.world.channels[asked.id], "in here")
    await home.fake.until(lambda: "in here" in bot.texts)
    assert bot.heard[-1].channel == thread
    with pytest.raises(discord.HTTPException) as second:
        await bot.heard[0].create_thread(name="again")
    assert second.value.code == 160004


async def test_a_persons_thread_is_heard_once_it_is_joined(bot: Bot, home: Home) -> None:
    thread = home.ada.starts_thread(home.general, "plans")
    await home.fake.until(lambda: "thread_create" in bot.events)
    home.ada.says(thread, "unheard")
    await bot.client.get_channel(int(thread.id)).join()
    home.ada.says(thread, "heard")
    await home.fake.until(lambda: "heard" in bot.texts)
    assert "unheard" not in bot.texts
    await bot.client.get_channel(int(thread.id)).edit(archived=True)
    assert thread.thread.archived
    home.ada.says(thread, "awake")
    assert not thread.thread.archived


async def test_threads_are_listed(bot: Bot, home: Home) -> None:
    awake = home.ada.starts_thread(home.general, "awake")
    asleep = home.ada.starts_thread(home.general, "asleep")
    home.ada.archives(asleep)
    guild = bot.client.get_guild(int(home.guild.id))
    assert [each.id for each in await guild.active_threads()] == [int(awake.id)]
    channel = guild.get_channel(int(home.general.id))
    listed = [each.id async for each in channel.archived_threads()]
    assert listed == [int(asleep.id)]


async def test_a_forum_post_starts_with_its_message(bot: Bot, home: Home) -> None:
    forum = home.fake.world.channel(home.guild, "ideas", FORUM)
    await home.fake.until(lambda: bot.client.get_channel(int(forum.id)))
    made = await bot.client.get_channel(int(forum.id)).create_thread(name="one", content="first")
    assert made.thread.id == made.message.id
    post = home.ada.starts_thread(forum, "two", text="second")
    assert post.id in post.messages


async def test_direct_conversations(bot: Bot, home: Home) -> None:
    place = home.ada.writes_to(home.fake.application.bot)
    home.ada.says(place, "psst")
    await home.fake.until(lambda: bot.texts == ["psst"])
    assert bot.heard[0].guild is None
    user = await bot.client.fetch_user(int(home.ada.id))
    await user.send("yes?")
    assert [each.content for each in home.fake.answers(place)] == ["yes?"]


async def test_what_is_too_long_or_empty_is_refused(bot: Bot, home: Home) -> None:
    for text, code in (("x" * 2001, 50035), ("", 50006)):
        with pytest.raises(discord.HTTPException) as refused:
            await bot.place(home.general).send(text)
        assert refused.value.code == code


async def test_permissions_are_enforced(bot: Bot, home: Home) -> None:
    secret = home.fake.world.channel(home.guild, "secret", hidden_from=(home.fake.application.bot,))
    home.ada.says(secret, "not for bots")
    with pytest.raises(discord.Forbidden) as unseen:
        await bot.place(secret).send("hello")
    assert unseen.value.code == 50001
    home.fake.world.overwrite(
        home.general, home.fake.application.bot, deny=Permission.SEND_MESSAGES
    )
    with pytest.raises(discord.Forbidden) as mute:
        await bot.place(home.general).send("hello")
    assert mute.value.code == 50013
    home.ada.says(home.general, "the end")
    await home.fake.until(lambda: "the end" in bot.texts)
    assert "not for bots" not in bot.texts


async def test_forwards_carry_their_text(bot: Bot, home: Home) -> None:
    said = home.ada.says(home.general, "the original")
    home.ada.forwards(said, home.general, "look at this")
    await home.fake.until(lambda: "look at this" in bot.texts)
    assert bot.heard[-2].message_snapshots[0].content == "the original"


async def test_the_server_changes_under_it(bot: Bot, home: Home) -> None:
    other = home.fake.world.channel(home.guild, "other")
    home.fake.world.rename(other, "another")
    home.fake.world.remove(other)
    home.fake.world.expel(home.fake.application, home.guild)
    wanted = {"guild_channel_create", "guild_channel_update", "guild_channel_delete"}
    await home.fake.until(lambda: wanted | {"guild_remove"} <= set(bot.events))
    home.fake.world.invite(home.fake.application, home.guild)
    await home.fake.until(lambda: "guild_join" in bot.events)


async def test_without_the_content_intent_texts_are_empty(pointed: Home) -> None:
    intents = discord.Intents.default()
    client = Listening(pointed.fake, intents)
    async with running(pointed.fake, client):
        await pointed.fake.until(lambda: "ready" in client.bot.events)
        pointed.ada.says(pointed.general, "hidden")
        pointed.ada.says(pointed.general, f"<@{pointed.fake.application.bot.id}> shown")
        await pointed.fake.until(lambda: len(client.bot.heard) == 2)
    assert client.bot.texts[0] == ""
    assert client.bot.texts[1].endswith("shown")


async def test_a_portal_without_the_intent_closes_4014(pointed: Home) -> None:
    pointed.fake.application.privileged = 0
    client = discord.Client(intents=discord.Intents.all())
    async with client:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await client.start(pointed.fake.token)


async def test_a_wrong_token_is_refused(pointed: Home) -> None:
    async with discord.Client(intents=discord.Intents.none()) as client:
        with pytest.raises(discord.LoginFailure):
            await client.start("MTIz.no.no")


async def test_slash_commands_are_answered_once(bot: Bot, home: Home) -> None:
    tree = discord.app_commands.CommandTree(bot.client)

    @tree.command(description="how it is")
    async def status(interaction: discord.Interaction, of: str) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.edit_original_response(content=f"{of} is well")
        with pytest.raises(discord.InteractionResponded):
            await interaction.response.send_message("again")
        await interaction.followup.send("and more")

    tree.copy_global_to(guild=discord.Object(int(home.guild.id)))
    await tree.sync(guild=discord.Object(int(home.guild.id)))
    used = home.ada.uses("/status", home.general, of="everything")
    await home.fake.until(lambda: len(used.answers) == 2)
    assert [each.content for each in used.answers] == ["everything is well", "and more"]
    assert used.answers[0].flags & EPHEMERAL
    assert used.answers[0].id not in home.general.messages
    with pytest.raises(LookupError):
        home.ada.uses("/unknown", home.general)


async def test_buttons_selects_and_modals(bot: Bot, home: Home) -> None:
    class Name(discord.ui.Modal, title="Name"):
        name: discord.ui.TextInput = discord.ui.TextInput(label="name", custom_id="name")

        async def on_submit(self, interaction: discord.Interaction) -> None:
            await interaction.response.send_message(f"hello {self.name.value}")

    class Card(discord.ui.View):
        @discord.ui.button(label="ask", custom_id="ask")
        async def ask(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
            await interaction.response.send_modal(Name(custom_id="who"))

        @discord.ui.select(options=[discord.SelectOption(label="a")], custom_id="pick")
        async def pick(self, interaction: discord.Interaction, it: discord.ui.Select) -> None:
            await interaction.response.edit_message(content=f"chose {it.values[0]}", view=None)

    await bot.place(home.general).send("card", view=Card())
    (card,) = home.fake.answers(home.general)
    asked = home.ada.presses(card, "ask")
    await home.fake.until(lambda: asked.answered)
    filled = home.ada.submits(asked, {"name": "Ada"})
    await home.fake.until(lambda: filled.answers)
    assert filled.answers[0].content == "hello Ada"
    home.ada.chooses(card, "pick", ["a"])
    await home.fake.until(lambda: card.content == "chose a")
    with pytest.raises(LookupError):
        home.ada.presses(card, "ask")


async def test_an_interaction_is_answered_in_time_and_once(bot: Bot, home: Home) -> None:
    class Card(discord.ui.View):
        @discord.ui.button(label="go", custom_id="go")
        async def go(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
            raw = bot.client.http
            place = (interaction.id, interaction.token)
            home.fake.advance(late)
            for _attempt in range(2):
                try:
                    await raw.request(
                        discord.http.Route(
                            "POST",
                            "/interactions/{webhook_id}/{webhook_token}/callback",
                            webhook_id=place[0],
                            webhook_token=place[1],
                        ),
                        json={"type": 6},
                    )
                except discord.HTTPException as error:
                    codes.append(error.code)
            home.fake._note()

    codes: list[int] = []
    late = 0.0
    await bot.place(home.general).send("card", view=Card())
    (card,) = home.fake.answers(home.general)
    home.ada.presses(card, "go")
    await home.fake.until(lambda: codes)
    assert codes == [40060]
    late = 4.0
    home.ada.presses(card, "go")
    await home.fake.until(lambda: len(codes) == 3)
    assert codes[1:] == [10062, 10062]


async def test_the_third_rename_of_a_thread_is_held(bot: Bot, home: Home) -> None:
    thread = await bot.client.get_channel(int(home.general.id)).create_thread(
        name="0", type=discord.ChannelType.public_thread
    )
    await thread.edit(name="1")
    await thread.edit(name="2")
    held = home.fake.world.channels[str(thread.id)]
    bot.client.http.max_ratelimit_timeout = 30.0
    with pytest.raises(discord.RateLimited):
        await thread.edit(name="3")
    assert held.name == "2"


async def test_a_private_thread_is_seen_by_its_members(bot: Bot, home: Home) -> None:
    home.fake.world.permit(home.fake.application, home.guild, 0)
    private = make_thread(
        home.fake.world,
        home.general,
        home.ada.user,
        ThreadPlan(name="secret", kind=PRIVATE_THREAD),
    )
    home.ada.says(private, "unseen")
    with pytest.raises(discord.Forbidden):
        await bot.client.fetch_channel(int(private.id))
    home.fake.world.bring(private, home.fake.application.bot)
    await home.fake.until(lambda: "thread_join" in bot.events)
    home.ada.says(private, "seen")
    await home.fake.until(lambda: bot.texts == ["seen"])


async def test_an_unfurled_link_is_an_update_that_nobody_made(bot: Bot, home: Home) -> None:
    said = home.ada.says(home.general, "https://example.org")
    home.fake.world.unfurl(said, "Example")
    await home.fake.until(lambda: "raw_message_edit" in bot.events)
    assert said.edited is None


async def test_options_complete_themselves(bot: Bot, home: Home) -> None:
    tree = discord.app_commands.CommandTree(bot.client)

    @tree.command(description="choose a mode")
    async def mode(interaction: discord.Interaction, to: str) -> None:
        await interaction.response.send_message(to)

    @mode.autocomplete("to")
    async def offered(_: discord.Interaction, typed: str) -> list[discord.app_commands.Choice]:
        return [discord.app_commands.Choice(name=f"{typed}ll", value="all")]

    await tree.sync()
    asked = home.ada.completes("/mode", home.general, to="a")
    await home.fake.until(lambda: asked.choices)
    assert asked.choices[0]["name"] == "all"


async def test_a_server_goes_away_and_comes_back(bot: Bot, home: Home) -> None:
    home.fake.world.outage(home.guild)
    await home.fake.until(lambda: "guild_unavailable" in bot.events)
    home.fake.world.outage(home.guild, over=True)
    await home.fake.until(lambda: bot.events.count("guild_available") == 2)


async def test_a_locked_thread_is_for_those_who_manage_threads(bot: Bot, home: Home) -> None:
    thread = home.ada.starts_thread(home.general, "plans")
    home.fake.world.lock(thread)
    await bot.place(thread).send("may manage")
    home.fake.world.permit(home.fake.application, home.guild, EVERYONE)
    with pytest.raises(discord.HTTPException) as refused:
        await bot.place(thread).send("may not")
    assert refused.value.code == 50083


async def test_pins_and_bulk_deletion(bot: Bot, home: Home) -> None:
    place = bot.place(home.general)
    sent = [await place.send(f"{number}") for number in range(3)]
    await sent[0].pin()
    assert [message.id async for message in place.pins()] == [sent[0].id]
    channel = bot.client.get_channel(int(home.general.id))
    await channel.delete_messages(sent[1:])
    assert [message.content for message in home.fake.answers(home.general)] == ["0"]
    await home.fake.until(lambda: "raw_bulk_message_delete" in bot.events)


async def test_a_webhook_posts_with_a_face_of_its_own(bot: Bot, home: Home) -> None:
    channel = bot.client.get_channel(int(home.general.id))
    hook = await channel.create_webhook(name="news")
    said = await hook.send("extra", username="paper", wait=True)
    await said.edit(content="extra, extra")
    (shown,) = home.fake.answers(home.general)
    assert (shown.author.name, shown.content) == ("paper", "extra, extra")
    await hook.delete()
