"""Answers to interactions: the callback, `@original` and follow-ups."""

from __future__ import annotations

from dataclasses import replace

from carrel.testing.discord import posting
from carrel.testing.discord.interactions import ANSWER_WITHIN_S, TOKEN_LIFE_S, metadata_json
from carrel.testing.discord.model import (
    EPHEMERAL,
    LOADING,
    SLASH,
    Interaction,
    Json,
    Message,
)
from carrel.testing.discord.payloads import message_json
from carrel.testing.discord.posting import Draft
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.rest.call import Answer, Call, Route, done, ok
from carrel.testing.discord.rest.components import checked_modal
from carrel.testing.discord.rest.drafts import Context, draft_of
from carrel.testing.discord.rest.messages import changes_of

COMPLETION, MAX_CHOICES, LONGEST_CHOICE = 4, 25, 100
PONG, MESSAGE, DEFER, DEFER_UPDATE, UPDATE, COMPLETE, MODAL = 1, 4, 5, 6, 7, 8, 9


def found(call: Call) -> Interaction | None:
    """The interaction whose token the path holds."""
    return call.world.interactions.get(call.path["token"])


def callback(call: Call) -> Answer:
    """The first answer; ApiError 10062 after three seconds, 40060 the second time."""
    interaction = found(call)
    if interaction is None or interaction.id != call.path["interaction"]:
        raise ApiError.unknown("Interaction")
    if interaction.answered is not None:
        raise ApiError(400, 40060, "Interaction has already been acknowledged.")
    if call.world.now() - interaction.created_at > ANSWER_WITHIN_S:
        raise ApiError.unknown("Interaction")
    kind = int(call.form.get("type") or 0)
    _respond(call, interaction, kind, call.form.get("data") or {})
    interaction.answered = kind
    call.world.ledger.add("interaction", id=interaction.id, answered=kind)
    if not call.asks("with_response"):
        return done()
    return ok(_response(call, interaction, kind))


def _respond(call: Call, interaction: Interaction, kind: int, data: Json) -> None:
    match kind:
        case 4:
            draft = draft_of(Context(call, interaction.channel), data)
            interaction.original = _say(call, interaction, draft)
        case 5:
            flags = LOADING | int(data.get("flags") or 0) & EPHEMERAL
            interaction.original = _say(call, interaction, Draft(flags=flags))
        case 6 | 7 if interaction.message is None:
            raise ApiError.invalid("type", "BASE_TYPE_CHOICES", "there is no message to update")
        case 6:
            interaction.original = interaction.message
        case 7:
            interaction.original = interaction.message
            _edit(call, interaction.message, data)
        case 8:
            interaction.choices = _completions(interaction, data)
        case 9 if interaction.kind != 5:  # noqa: PLR2004 - a modal cannot open a modal
            interaction.modal = checked_modal(data)
        case _:
            told = "Value must be one of {4, 5, 6, 7, 8, 9, 10, 12}."
            raise ApiError.invalid("type", "BASE_TYPE_CHOICES", told)


def _completions(interaction: Interaction, data: Json) -> list[Json]:
    """Only what is being typed is completed, with 25 choices of up to 100 characters."""
    choices = list(data.get("choices") or ())
    if interaction.kind != COMPLETION:
        raise ApiError.invalid("type", "BASE_TYPE_CHOICES", "this interaction completes nothing")
    if len(choices) > MAX_CHOICES:
        raise ApiError.invalid("choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    texts = [str(choice.get(part) or "") for choice in choices for part in ("name", "value")]
    if not all(1 <= len(text) <= LONGEST_CHOICE for text in texts):
        told = "Must be between 1 and 100 in length."
        raise ApiError.invalid("choices", "BASE_TYPE_BAD_LENGTH", told)
    return choices


def _say(call: Call, interaction: Interaction, draft: Draft) -> Message:
    application = interaction.application
    hidden = draft.flags & EPHEMERAL
    draft = replace(
        draft,
        kind=SLASH if interaction.kind == 2 else draft.kind,  # noqa: PLR2004 - a command
        application_id=application.id,
        webhook_id=application.id,
        interaction=metadata_json(interaction),
        seen_only_by=interaction.user.id if hidden else None,
    )
    message = posting.post(call.world, interaction.channel, application.bot, draft)
    call.world.ledger.add_message("accepted", message, interaction=interaction.id)
    interaction.answers.append(message)
    return message


def _edit(call: Call, message: Message | None, data: Json) -> None:
    if message:
        posting.edit(call.world, message, changes_of(call, message, data))


def _response(call: Call, interaction: Interaction, kind: int) -> Json:
    told: Json = {"id": interaction.id, "type": interaction.kind}
    told["channel_id"] = interaction.channel.id
    if interaction.channel.guild_id:
        told["guild_id"] = interaction.channel.guild_id
    message = interaction.original
    if message is None:
        return {"interaction": told}
    told["response_message_id"] = message.id
    told["response_message_loading"] = bool(message.flags & LOADING)
    told["response_message_ephemeral"] = bool(message.flags & EPHEMERAL)
    if kind not in (MESSAGE, UPDATE):
        return {"interaction": told}
    resource = {"type": kind, "message": message_json(call.world, message)}
    return {"interaction": told, "resource": resource}


def _alive(call: Call) -> Interaction:
    interaction = found(call)
    if interaction is None or interaction.application.id != call.path["webhook"]:
        raise ApiError.unknown("Webhook")
    if call.world.now() - interaction.created_at > TOKEN_LIFE_S:
        raise ApiError(401, 50027, "Invalid Webhook Token")
    return interaction


def follow_up(call: Call) -> Answer:
    """One more message; the first one after a deferral takes its place. There is no nonce."""
    interaction = _alive(call)
    if interaction.answered is None:
        raise ApiError.unknown("Webhook")
    draft = draft_of(Context(call, interaction.channel), {**call.form, "nonce": None})
    waiting = interaction.original
    if waiting and waiting.flags & LOADING:
        posting.edit(call.world, waiting, changes_of(call, waiting, call.form))
        return ok(message_json(call.world, waiting))
    return ok(message_json(call.world, _say(call, interaction, draft)))


def _target(call: Call) -> Message:
    interaction = _alive(call)
    wanted = call.path["message"]
    message = interaction.original
    if wanted != "@original":
        message = next((each for each in interaction.answers if each.id == wanted), None)
    if message is None or message.deleted:
        raise ApiError.unknown("Message")
    return message


def read(call: Call) -> Answer:
    """An answer."""
    return ok(message_json(call.world, _target(call)))


def change(call: Call) -> Answer:
    """Edit an answer."""
    message = _target(call)
    _edit(call, message, call.form)
    return ok(message_json(call.world, message))


def remove(call: Call) -> Answer:
    """Delete an answer."""
    posting.delete(call.world, [_target(call)])
    return done()


ROUTES = (Route("POST", "/interactions/{interaction}/{token}/callback", callback, public=True),)
