"""What people do on the fake Discord, over HTTP."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from carrel.testing.discord.building import Builder
from carrel.testing.discord.model import Interaction, Json, Message
from carrel.testing.discord.payloads import message_json
from carrel.testing.discord.people import Person
from carrel.testing.discord.problems import ApiError
from carrel.testing.moving import Moving


class Control(Moving):
    """What somebody can do.

    says, edits, deletes, reacts, types, presses, chooses, uses, starts_thread, archives: as
    `Person`, with `person`, `channel` and `message` as ids; writes_to: with `person` and `to`.
    interaction: how the application answered it, by its id. submits: fills in the form that the
    press with the id `interaction` was answered with.
    speaks: a voice message, its `recording` in base64.
    fault: `{"on": "rest", "do": "drop", "with": {…}}` calls a method of `Faults`, or of
    `Faults.gateway` with `"on": "gateway"`. messages: what a channel holds.
    """

    refusal = ApiError
    _world: Builder

    def _do(self, what: str, given: Json) -> Any:
        match what:
            case "interaction":
                made = self._interaction(given["interaction"])
                return {
                    "answered": made.answered,
                    "modal": made.modal,
                    "choices": made.choices,
                }
            case "messages":
                held = self._world.find_channel(given["channel"]).messages.values()
                return [message_json(self._world, message) for message in held]
            case "writes_to":
                me, other = (self._world.users[given[key]] for key in ("person", "to"))
                return {"channel": Person(self._world, me).writes_to(other).id}
            case _:
                user = self._world.users[given["person"]]
                return self._act(what, Person(self._world, user), given)

    def _fault(self, given: Json) -> Json:
        target = self._faults.gateway if given.get("on") == "gateway" else self._faults
        told = getattr(target, str(given["do"]))(**(given.get("with") or {}))
        return {"told": told if isinstance(told, int) else None}

    def _act(self, what: str, person: Person, given: Json) -> Json:
        channel = self._world.find_channel(given["channel"])
        match what:
            case "says":
                reply_to = self._message(given) if "message" in given else None
                return self._told(person.says(channel, given["text"], reply_to=reply_to))
            case "speaks":
                recording = {"voice-message.ogg": b64decode(given["recording"])}
                return self._told(person.says(channel, files=recording, voice=True))
            case "types":
                person.types(channel)
            case "starts_thread":
                on = self._message(given) if "message" in given else None
                return {"thread": person.starts_thread(channel, given["name"], on=on).id}
            case "archives":
                person.archives(channel)
            case "submits":
                asked = self._interaction(given["interaction"])
                return {"interaction": person.submits(asked, given["answers"]).id}
            case "completes":
                made = person.completes(given["command"], channel, **given["options"])
                return {"interaction": made.id}
            case "uses":
                made = person.uses(given["command"], channel, **(given.get("options") or {}))
                return {"interaction": made.id}
            case _:
                return self._touch(what, person, given)
        return {}

    def _touch(self, what: str, person: Person, given: Json) -> Json:
        message = self._message(given)
        match what:
            case "edits":
                person.edits(message, given["text"])
            case "deletes":
                person.deletes(message)
            case "reacts":
                person.reacts(message, given["emoji"])
            case "presses":
                return {"interaction": person.presses(message, given["custom_id"]).id}
            case "chooses":
                made = person.chooses(message, given["custom_id"], given["values"])
                return {"interaction": made.id}
            case _:
                raise LookupError(f"nobody can do {what}")
        return {}

    def _message(self, given: Json) -> Message:
        channel = self._world.find_channel(given["channel"])
        return self._world.find_message(channel, given["message"])

    def _interaction(self, name: str) -> Interaction:
        made = (one for one in self._world.interactions.values() if one.id == name)
        if (found := next(made, None)) is None:
            raise LookupError(f"there is no interaction {name}")
        return found

    def _told(self, message: Message) -> Json:
        return message_json(self._world, message)
