"""Answers to a request for members (op 8)."""

from __future__ import annotations

from carrel.testing.discord.model import Json, Member
from carrel.testing.discord.payloads import member_json
from carrel.testing.discord.world import World


def chunk(world: World, asked: Json) -> Json:
    """GUILD_MEMBERS_CHUNK's data: everyone asked for, in one chunk."""
    guild_id = str(asked.get("guild_id"))
    guild = world.guilds.get(guild_id)
    found = [each for each in guild.members.values() if _meant(each, asked)] if guild else []
    limit = int(asked.get("limit") or 0)
    chosen = found[:limit] if limit else found
    data: Json = {
        "guild_id": guild_id,
        "members": [member_json(member) for member in chosen],
        "chunk_index": 0,
        "chunk_count": 1,
        "not_found": [],
        "presences": [],
    }
    return data | ({"nonce": asked["nonce"]} if "nonce" in asked else {})


def _meant(member: Member, asked: Json) -> bool:
    named = asked.get("user_ids")
    if named:
        return member.user.id in ([named] if isinstance(named, str) else named)
    return member.user.name.startswith(str(asked.get("query") or ""))
