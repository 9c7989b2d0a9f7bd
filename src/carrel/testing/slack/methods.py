"""The Web API's methods, with Slack's own words for what it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from carrel.testing.slack import blocks as kit
from carrel.testing.slack.model import EMOJI, Channel, File, Json, Message
from carrel.testing.slack.payloads import channel_json, file_json, message_json, user_json
from carrel.testing.slack.problems import ApiError
from carrel.testing.slack.world import World

POSTED, UPDATED = 40_000, 4_000
TRIGGER_S = 3.0

NEEDED: Mapping[str, str] = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "users.info": "users:read",
    "users.list": "users:read",
    "files.info": "files:read",
    "files.delete": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "assistant.threads.setStatus": "assistant:write",
}
TAKES_JSON = frozenset(
    {
        "chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete", "views.open",
        "reactions.add", "reactions.remove", "files.completeUploadExternal", "files.delete",
        "assistant.threads.setStatus", "auth.test", "apps.connections.open",
    }
)  # fmt: skip
"""The methods that read JSON; of the others Slack reads forms only."""

_KINDS = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


class Methods:
    """What an app may ask for. `base`: this server's address."""

    def __init__(self, world: World) -> None:
        self._world = world

    def call(self, method: str, given: Json) -> Json:
        """Its answer, without `ok`. Raises ApiError."""
        needed = NEEDED.get(method)
        if needed is not None and needed not in self._world.scopes:
            raise self._lacks(needed)
        name = re.sub(r"[.]|(?<=[a-z])(?=[A-Z])", "_", method).lower()
        found: Callable[[Json], Json] | None = getattr(self, f"_do_{name}", None)
        if found is None:
            raise ApiError("unknown_method", req_method=method)
        return found(given)

    def _lacks(self, needed: str) -> ApiError:
        provided = ",".join(sorted(self._world.scopes))
        return ApiError("missing_scope", needed=needed, provided=provided)

    def _do_auth_test(self, given: Json) -> Json:
        del given
        world = self._world
        return {
            "url": world.origin, "team": "Carrel's", "user": world.bot.name, "team_id": world.team,
            "user_id": world.bot.id, "bot_id": world.bot_id,
        }  # fmt: skip

    def _do_chat_post_message(self, given: Json) -> Json:
        channel = self._writable(given)
        message = self._new(channel, given)
        message.metadata = _metadata(given.get("metadata"))
        self._world.say(message)
        told = message_json(self._world, message, metadata=True)
        return {"channel": channel.id, "ts": message.ts, "message": told}

    def _do_chat_post_ephemeral(self, given: Json) -> Json:
        channel = self._writable(given)
        person = str(given["user"])
        if person not in [one.id for one in channel.members]:
            raise ApiError("user_not_in_channel")
        message = self._new(channel, given)
        message.only_for = person
        self._world.whisper(message)
        return {"message_ts": message.ts}

    def _do_chat_update(self, given: Json) -> Json:
        message = self._mine(given, "cant_update_message")
        text = str(given.get("text") or "")
        if len(text) > UPDATED:
            raise ApiError("msg_too_long")
        if not text and not given.get("blocks"):
            raise ApiError("no_text")
        if "blocks" in given:
            message.blocks = kit.check(given["blocks"])
        if "metadata" in given:
            message.metadata = _metadata(given["metadata"])
        self._world.edit(message, text)
        return {"channel": message.channel.id, "ts": message.ts, "text": text}

    def _do_chat_delete(self, given: Json) -> Json:
        self._world.delete(self._mine(given, "cant_delete_message"))
        return {"channel": given["channel"], "ts": given["ts"]}

    def _do_chat_get_permalink(self, given: Json) -> Json:
        message = self._message(str(given["channel"]), str(given["message_ts"]))
        stamp = message.ts.replace(".", "")
        return {"permalink": f"https://fake.slack.com/archives/{message.channel.id}/p{stamp}"}

    def _do_reactions_add(self, given: Json) -> Json:
        self._world.react(self._reacted(given), self._world.bot, str(given["name"]))
        return {}

    def _do_reactions_remove(self, given: Json) -> Json:
        self._world.unreact(self._reacted(given), self._world.bot, str(given["name"]))
        return {}

    def _reacted(self, given: Json) -> Message:
        if given["name"] not in EMOJI:
            raise ApiError("invalid_name")
        self._writable(given)
        return self._message(str(given["channel"]), str(given["timestamp"]))

    def _do_conversations_history(self, given: Json) -> Json:
        channel = self._readable(given)
        found = [one for one in channel.messages.values() if one.thread is None]
        return self._page(found, given)

    def _do_conversations_replies(self, given: Json) -> Json:
        channel, thread = self._readable(given), str(given["ts"])
        if thread not in channel.messages:
            raise ApiError("thread_not_found")
        found = [one for one in channel.messages.values() if thread in (one.ts, one.thread)]
        return self._page(found, given, newest_first=False, always=thread)

    def _page(
        self, found: list[Message], given: Json, *, newest_first: bool = True, always: str = ""
    ) -> Json:
        oldest, limit = float(given.get("oldest") or 0), int(given.get("limit") or 100)
        within = [one for one in found if float(one.ts) > oldest or one.ts == always]
        within.sort(key=lambda one: float(one.ts), reverse=newest_first)
        start = int(given.get("cursor") or 0)
        page, end = within[start : start + limit], start + limit
        metadata = str(given.get("include_all_metadata", "")) == "true"
        more = end < len(within)
        return {
            "messages": [message_json(self._world, one, metadata=metadata) for one in page],
            "has_more": more,
            "response_metadata": {"next_cursor": str(end) if more else ""},
        }

    def _do_users_conversations(self, given: Json) -> Json:
        kinds = str(given.get("types") or "public_channel").split(",")
        for kind in kinds:
            if f"{_KINDS[kind]}:read" not in self._world.scopes:
                raise self._lacks(f"{_KINDS[kind]}:read")
        found = [
            channel_json(one)
            for one in self._world.channels.values()
            if self._world.bot in one.members and not one.archived and not one.deleted
        ]
        return {"channels": found, "response_metadata": {"next_cursor": ""}}

    def _do_users_info(self, given: Json) -> Json:
        user = self._world.users.get(str(given["user"]))
        if user is None:
            raise ApiError("user_not_found")
        return {"user": user_json(user)}

    def _do_users_list(self, given: Json) -> Json:
        del given
        members = [user_json(one) for one in self._world.users.values()]
        return {"members": members, "response_metadata": {"next_cursor": ""}}

    def _do_files_get_upload_urlexternal(self, given: Json) -> Json:
        length = int(given.get("length") or 0)
        if length < 1 or not given.get("filename"):
            raise ApiError("invalid_arguments")
        name = f"F0{self._world.number('file'):06d}"
        file = File(name, str(given["filename"]), b"", self._world.bot, length)
        self._world.files[name] = file
        return {"upload_url": f"{self._world.origin}/upload/{name}", "file_id": name}

    def _do_files_complete_upload_external(self, given: Json) -> Json:
        files = [self._uploaded(str(one["id"])) for one in given["files"]]
        if given.get("channel_id"):
            channel = self._writable({**given, "channel": given["channel_id"]})
            self._threaded(channel, given)
            message = Message(self._world.stamp(), channel, self._world.bot)
            message.text = str(given.get("initial_comment") or "")
            message.files, message.thread = files, given.get("thread_ts") or None
            self._world.say(message)
        for file in files:
            file.done = True
        return {"files": [{"id": one.id, "title": one.name} for one in files]}

    def _uploaded(self, name: str) -> File:
        file = self._world.files.get(name)
        if file is None or file.done or len(file.data) != file.length:
            raise ApiError("file_not_found")
        return file

    def _do_files_info(self, given: Json) -> Json:
        return {"file": file_json(self._world, self._file(given))}

    def _do_files_delete(self, given: Json) -> Json:
        file = self._file(given)
        if file.owner is not self._world.bot:
            raise ApiError("cant_delete_file")
        file.deleted = True
        for channel in self._world.channels.values():
            for message in tuple(channel.messages.values()):
                if file in message.files and not message.text:
                    self._world.delete(message)
        return {}

    def _file(self, given: Json) -> File:
        file = self._world.files.get(str(given["file"]))
        if file is None:
            raise ApiError("file_not_found")
        if file.deleted:
            raise ApiError("file_deleted")
        return file

    def _do_views_open(self, given: Json) -> Json:
        made = self._world.interactions.get(str(given.get("trigger_id")))
        if made is None:
            raise ApiError("invalid_trigger_id")
        if self._world.now() - made.at > TRIGGER_S:
            raise ApiError("expired_trigger_id")
        if made.view is not None:
            raise ApiError("exchanged_trigger_id")
        made.view = {**kit.check_view(given["view"]), "id": f"V{self._world.number('view'):06d}"}
        self._world.ledger.add("answered", interaction=made.id, view=made.view["id"])
        return {"view": made.view}

    def _do_assistant_threads_set_status(self, given: Json) -> Json:
        self._writable({"channel": given["channel_id"]})
        self._world.ledger.add("status", channel=given["channel_id"], status=given["status"])
        return {}

    def _readable(self, given: Json) -> Channel:
        channel = self._world.there(str(given["channel"]))
        kind = "im" if channel.direct else "groups" if channel.private else "channels"
        if f"{kind}:history" not in self._world.scopes:
            raise self._lacks(f"{kind}:history")
        if self._world.bot not in channel.members:
            raise ApiError("not_in_channel")
        return channel

    def _writable(self, given: Json) -> Channel:
        channel = self._world.there(str(given["channel"]))
        if channel.archived:
            raise ApiError("is_archived")
        if self._world.bot not in channel.members:
            raise ApiError("not_in_channel")
        return channel

    def _threaded(self, channel: Channel, given: Json) -> None:
        thread = given.get("thread_ts")
        if thread and str(thread) not in channel.messages:
            raise ApiError("thread_not_found")

    def _new(self, channel: Channel, given: Json) -> Message:
        text = str(given.get("text") or "")
        if len(text) > POSTED:
            raise ApiError("msg_too_long")
        if not text and not given.get("blocks"):
            raise ApiError("no_text")
        self._threaded(channel, given)
        message = Message(self._world.stamp(), channel, self._world.bot, text)
        message.thread = given.get("thread_ts") or None
        message.blocks = kit.check(given.get("blocks") or [])
        return message

    def _message(self, channel: str, stamp: str) -> Message:
        found = self._world.there(channel).messages.get(stamp)
        if found is None:
            raise ApiError("message_not_found")
        return found

    def _mine(self, given: Json, otherwise: str) -> Message:
        self._writable(given)
        message = self._message(str(given["channel"]), str(given["ts"]))
        if message.author is not self._world.bot:
            raise ApiError(otherwise)
        return message


def _metadata(given: Any) -> Json:
    if given is None:
        return {}
    payload = given.get("event_payload") if isinstance(given, dict) else None
    if not isinstance(payload, dict) or not given.get("event_type"):
        raise ApiError("invalid_metadata_format")
    if not all(isinstance(one, str | int | float | bool) for one in payload.values()):
        raise ApiError("invalid_metadata_schema")
    return dict(given)
