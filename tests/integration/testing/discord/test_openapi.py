"""Every REST answer of the fake is one that Discord's OpenAPI document allows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from tests.integration.testing.discord.clients import Home
from tests.integration.testing.discord.oracle import DOCUMENT, Oracle

from carrel.testing.discord.model import FORUM

pytestmark = pytest.mark.skipif(
    not DOCUMENT.exists(), reason=f"Discord's OpenAPI document is not at {DOCUMENT}"
)


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle.read()


@dataclass
class Raw:
    """A client that does nothing but ask."""

    home: Home
    http: aiohttp.ClientSession

    async def ask(self, method: str, path: str, body: Any = None, **files: bytes) -> Any:
        options: dict[str, Any] = {"json": body} if body is not None else {}
        if files:
            form = aiohttp.FormData({"payload_json": json.dumps(body)})
            for number, (name, data) in enumerate(files.items()):
                form.add_field(f"files[{number}]", data, filename=f"{name}.txt")
            options = {"data": form}
        url = self.home.fake.rest_url + path
        async with self.http.request(method, url, **options) as answer:
            return await answer.json() if answer.content_length else None


@pytest.fixture
async def raw(home: Home) -> AsyncIterator[Raw]:
    headers = {"Authorization": f"Bot {home.fake.token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        yield Raw(home, http)


def judged(home: Home, oracle: Oracle) -> list[str]:
    requests = [entry.data for entry in home.fake.ledger.of("request")]
    assert requests
    return [
        complaint
        for each in requests
        for complaint in oracle.complaints(
            each["method"], each["path"], each["status"], each["answer"]
        )
    ]


async def test_the_bot_and_its_places(raw: Raw, oracle: Oracle, home: Home) -> None:
    home.fake.world.channel(home.guild, "ideas", FORUM)
    guild = f"/guilds/{home.guild.id}"
    for path in (
        "/gateway",
        "/gateway/bot",
        "/users/@me",
        f"/users/{home.ada.id}",
        "/users/@me/guilds",
        "/oauth2/applications/@me",
        "/applications/@me",
        guild,
        f"{guild}?with_counts=true",
        f"{guild}/channels",
        f"{guild}/roles",
        f"{guild}/members?limit=10",
        f"{guild}/members/search?query=ad",
        f"{guild}/members/{home.ada.id}",
        f"/channels/{home.general.id}",
    ):
        await raw.ask("GET", path)
    await raw.ask("POST", "/users/@me/channels", {"recipient_id": home.ada.id})
    await raw.ask("PATCH", f"{guild}/members/@me", {"nick": "robot"})
    made = await raw.ask("POST", f"{guild}/channels", {"name": "new"})
    await raw.ask("PATCH", f"/channels/{made['id']}", {"topic": "t"})
    await raw.ask("DELETE", f"/channels/{made['id']}")
    assert judged(home, oracle) == []


async def test_messages(raw: Raw, oracle: Oracle, home: Home) -> None:
    base = f"/channels/{home.general.id}/messages"
    asked = home.ada.says(home.general, f"<@{home.ada.id}> hello", files={"a.ogg": b"1"})
    reply = {"message_id": asked.id}
    row = {
        "type": 1,
        "components": [{"type": 2, "style": 1, "label": "go", "custom_id": "go"}],
    }
    options = [{"label": "a", "value": "a"}]
    menu = {"type": 1, "components": [{"type": 3, "custom_id": "s", "options": options}]}
    embed = {"title": "t", "fields": [{"name": "n", "value": "v"}], "footer": {"text": "f"}}
    body = {
        "content": "hello",
        "nonce": "n1",
        "enforce_nonce": True,
        "embeds": [embed],
        "components": [row, menu],
        "message_reference": reply,
    }
    made = await raw.ask("POST", base, body, one=b"1", two=b"2")
    await raw.ask("POST", base, body)
    one = f"{base}/{made['id']}"
    await raw.ask("PUT", f"{one}/reactions/%F0%9F%91%80/@me")
    await raw.ask("GET", one)
    await raw.ask("GET", f"{one}/reactions/%F0%9F%91%80")
    await raw.ask("DELETE", f"{one}/reactions/%F0%9F%91%80/@me")
    await raw.ask("DELETE", f"{one}/reactions/%F0%9F%91%80")
    await raw.ask("DELETE", f"{one}/reactions")
    await raw.ask("PATCH", one, {"content": "edited", "attachments": []})
    await raw.ask("PUT", f"{base}/pins/{made['id']}")
    await raw.ask("GET", f"{base}/pins")
    await raw.ask("GET", f"/channels/{home.general.id}/pins")
    await raw.ask("DELETE", f"{base}/pins/{made['id']}")
    home.ada.forwards(asked, home.general)
    for query in ("", "?limit=1", f"?after={asked.id}", f"?around={made['id']}&limit=3"):
        await raw.ask("GET", base + query)
    await raw.ask("POST", f"/channels/{home.general.id}/typing")
    await raw.ask("DELETE", one)
    more = [home.ada.says(home.general, "x").id for _ in range(2)]
    await raw.ask("POST", f"{base}/bulk-delete", {"messages": more})
    assert judged(home, oracle) == []


async def test_threads(raw: Raw, oracle: Oracle, home: Home) -> None:
    asked = home.ada.says(home.general, "hello")
    channel = f"/channels/{home.general.id}"
    on = f"{channel}/messages/{asked.id}"
    thread = await raw.ask("POST", f"{on}/threads", {"name": "talk"})
    await raw.ask("GET", on)
    alone = await raw.ask("POST", f"{channel}/threads", {"name": "alone", "type": 11})
    forum = home.fake.world.channel(home.guild, "ideas", FORUM)
    post = {"name": "post", "message": {"content": "first"}}
    await raw.ask("POST", f"/channels/{forum.id}/threads", post)
    members = f"/channels/{thread['id']}/thread-members"
    await raw.ask("GET", members)
    await raw.ask("GET", f"{members}?with_member=true")
    await raw.ask("GET", f"{members}/@me")
    await raw.ask("PUT", f"{members}/{home.ada.id}")
    await raw.ask("DELETE", f"{members}/{home.ada.id}")
    await raw.ask("DELETE", f"{members}/@me")
    await raw.ask("PUT", f"{members}/@me")
    await raw.ask("GET", f"/guilds/{home.guild.id}/threads/active")
    await raw.ask("GET", f"/channels/{thread['id']}/messages")
    await raw.ask("PATCH", f"/channels/{alone['id']}", {"archived": True, "name": "b"})
    await raw.ask("GET", f"{channel}/threads/archived/public")
    await raw.ask("GET", f"{channel}/threads/archived/private")
    await raw.ask("GET", f"{channel}/users/@me/threads/archived/private")
    await raw.ask("GET", f"{channel}/messages")
    await raw.ask("DELETE", f"/channels/{alone['id']}")
    assert judged(home, oracle) == []


async def test_commands_and_interactions(raw: Raw, oracle: Oracle, home: Home) -> None:
    application = home.fake.application.id
    option = {"type": 3, "name": "of", "description": "what", "required": True}
    status = {"name": "status", "description": "how it is", "options": [option]}
    for base in ("", f"/guilds/{home.guild.id}"):
        url = f"/applications/{application}{base}/commands"
        made = await raw.ask("POST", url, status)
        await raw.ask("POST", url, status)
        await raw.ask("PATCH", f"{url}/{made['id']}", {"description": "new"})
        await raw.ask("GET", f"{url}/{made['id']}")
        await raw.ask("DELETE", f"{url}/{made['id']}")
        await raw.ask("PUT", url, [status, {"name": "card", "description": "c"}])
        await raw.ask("GET", url)
    used = home.ada.uses("/status", home.general, of="it")
    await raw.ask("POST", f"{callback(used)}?with_response=true", {"type": 5})
    hook = f"/webhooks/{application}/{used.token}"
    await raw.ask("PATCH", f"{hook}/messages/@original", {"content": "well"})
    await raw.ask("GET", f"{hook}/messages/@original")
    more = await raw.ask("POST", hook, {"content": "more", "flags": 64})
    await raw.ask("PATCH", f"{hook}/messages/{more['id']}", {"content": "most"})
    await raw.ask("DELETE", f"{hook}/messages/{more['id']}")
    await raw.ask("DELETE", f"{hook}/messages/@original")
    await _card(raw, home)
    assert judged(home, oracle) == []


async def _card(raw: Raw, home: Home) -> None:
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "x"}]}
    card = home.ada.uses("/card", home.general)
    shown = {"type": 4, "data": {"content": "card", "components": [row]}}
    await raw.ask("POST", f"{callback(card)}?with_response=true", shown)
    pressed = home.ada.presses(card.original, "x")
    update = {"type": 7, "data": {"content": "new"}}
    await raw.ask("POST", f"{callback(pressed)}?with_response=true", update)
    asked = home.ada.presses(card.original, "x")
    text = {"type": 4, "custom_id": "n", "label": "n", "style": 1}
    modal = {"custom_id": "m", "title": "m", "components": [{"type": 1, "components": [text]}]}
    await raw.ask("POST", f"{callback(asked)}?with_response=true", {"type": 9, "data": modal})
    filled = home.ada.submits(asked, {"n": "Ada"})
    said = {"type": 4, "data": {"content": "hi"}}
    await raw.ask("POST", callback(filled), said)
    await raw.ask("GET", f"/channels/{home.general.id}/messages")


def callback(interaction: Any) -> str:
    return f"/interactions/{interaction.id}/{interaction.token}/callback"


async def test_webhooks(raw: Raw, oracle: Oracle, home: Home) -> None:
    channel = f"/channels/{home.general.id}/webhooks"
    hook = await raw.ask("POST", channel, {"name": "news"})
    await raw.ask("GET", channel)
    own = f"/webhooks/{hook['id']}"
    await raw.ask("GET", own)
    held = f"{own}/{hook['token']}"
    await raw.ask("GET", held)
    await raw.ask("POST", held, {"content": "quiet"})
    said = await raw.ask("POST", f"{held}?wait=true", {"content": "loud", "username": "n"})
    await raw.ask("GET", f"{held}/messages/{said['id']}")
    await raw.ask("PATCH", f"{held}/messages/{said['id']}", {"content": "new"})
    await raw.ask("DELETE", f"{held}/messages/{said['id']}")
    await raw.ask("DELETE", own)
    assert judged(home, oracle) == []


async def test_refusals(raw: Raw, oracle: Oracle, home: Home) -> None:
    base = f"/channels/{home.general.id}/messages"
    await raw.ask("POST", base, {"content": "x" * 2001})
    await raw.ask("POST", base, {})
    await raw.ask("GET", f"{base}/1")
    await raw.ask("GET", "/channels/1")
    await raw.ask("GET", "/guilds/1")
    home.fake.faults.rate_limit("GET", "/users/@me")
    await raw.ask("GET", "/users/@me")
    assert judged(home, oracle) == []
    codes = [entry.data["answer"].get("code") for entry in home.fake.ledger.of("request")]
    assert codes == [50035, 50006, 10008, 10003, 10004, 0]


async def test_the_oracle_finds_what_is_wrong(oracle: Oracle) -> None:
    assert oracle.complaints("GET", "/users/@me", 200, {"id": "1"})
    assert oracle.complaints("GET", "/users/@me", 201, {})
    assert oracle.complaints("GET", "/nowhere", 200, {})
