"""A posted message: read from the form, given to the hub, answered with a status."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from carrel.core.errors import Refused
from carrel.core.messages import Inbound
from carrel.platforms.console import Caps, ConsolePlatform, TooLarge, Upload
from carrel.ports.platform import Verdict

_FIELD = 1 << 20
_FIELDS = 8
_MANY = 20_000
"""Fields of a form with a box for everybody on a network."""


def body_cap(caps: Caps) -> int:
    """The largest request that could carry a message, in bytes."""
    return caps.file * caps.files + 2 * _FIELD


async def post_form(request: Request, hub: ConsolePlatform, name: str) -> Verdict:
    """Give the form's message to the hub.

    Fields: `id` (made by the client, the same for the same message), `text`, any number of
    `files`. Raises what the hub raises, Refused for a form that is none.
    """
    try:
        async with request.form(
            max_files=hub.caps.files + 1, max_fields=_FIELDS, max_part_size=_FIELD
        ) as form:
            return await _post(form, hub, name)
    except HTTPException as error:
        raise _clear(error) from error
    except (ClientDisconnect, UnicodeDecodeError, KeyError) as error:
        raise Refused("The message could not be read; please send it again.") from error


async def edit_form(request: Request, hub: ConsolePlatform, said: Inbound) -> Verdict:
    """Give the hub what the form's `text` says that the message shall say now.

    Raises what the hub raises, Refused for a form that is none.
    """
    try:
        async with request.form(max_files=0, max_fields=_FIELDS, max_part_size=_FIELD) as form:
            text = _field(form, "text")
    except HTTPException as error:
        raise _clear(error) from error
    except (ClientDisconnect, UnicodeDecodeError) as error:
        raise Refused("The message could not be read; please send it again.") from error
    check_text(hub, text)
    if not text.strip() and not said.attachments:
        raise Refused("Nothing would be left of it; take it back while it waits.")
    return await hub.edit(said, text)


async def whole_form(request: Request) -> FormData:
    """All fields of a form without files. Raises Refused for a form that is none."""
    try:
        async with request.form(max_files=0, max_fields=_MANY, max_part_size=_FIELD) as form:
            return form
    except (HTTPException, ClientDisconnect, UnicodeDecodeError) as error:
        raise Refused("The form could not be read; please send it again.") from error


async def _post(form: FormData, hub: ConsolePlatform, name: str) -> Verdict:
    message, text = _field(form, "id"), _field(form, "text")
    check_text(hub, text)
    files = [f for f in form.getlist("files") if isinstance(f, UploadFile) and f.filename]
    if not text.strip() and not files:
        raise Refused("The message is empty; write something or add a file.")
    uploads = tuple(
        Upload(f.filename or "", f.content_type or "application/octet-stream", f.file)
        for f in files
    )
    return await hub.post(name, message, text, uploads)


def check_text(hub: ConsolePlatform, text: str) -> None:
    """TooLarge for a text that no answer could be as long as, Refused for what is no text."""
    if len(text) > hub.limits.text:
        over = f"The text has {len(text):,} characters, and {hub.limits.text:,} is the most"
        raise TooLarge(f"{over}; please send it as a file.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused("The text holds half a character; please write it again.") from error


async def fields(request: Request, like: Mapping[str, str]) -> tuple[str, ...]:
    """What a JSON body says for each key of `like`. Raises Refused, which shows that."""
    try:
        data = json.loads(await request.body())
        said = tuple(data[name] for name in like)
    except (ValueError, KeyError, TypeError, RecursionError):
        said = (None,)
    if not all(isinstance(one, str) for one in said):
        raise Refused(f"The body must be JSON like {json.dumps(like, ensure_ascii=False)}.")
    return said


def status_of(verdict: Verdict) -> tuple[int, str]:
    """The HTTP status of a verdict, with the sentence where it is a refusal."""
    match verdict.outcome:
        case "accepted" | "duplicate":
            return 204, ""
        case "refused":
            return 403, verdict.reason or "The message was refused."
        case "ignored":
            return 409, f"Nobody here listens to this message: {verdict.reason}."


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def _clear(error: HTTPException) -> Refused:
    if "exceeded maximum size" in error.detail:
        return TooLarge("The text is too long; please send it as a file.")
    if error.detail.startswith("Too many files"):
        return TooLarge("Those are too many files for one message.")
    return Refused("The message could not be read; please reload the page and send it again.")
