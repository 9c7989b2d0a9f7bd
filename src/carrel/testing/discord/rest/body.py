"""Reads a request: JSON, or a form with files and `payload_json`."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import BodyPartReader, web

from carrel.testing.discord.model import Upload
from carrel.testing.discord.problems import ApiError


async def read_body(request: web.Request) -> tuple[Any, dict[str, Upload]]:
    """The JSON of a request and its files by form name; ApiError 50109 for what is neither."""
    if request.content_type == "multipart/form-data":
        return await _read_form(request)
    raw = await request.read()
    return (_parsed(raw) if raw else None), {}


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        told = "The request body contains invalid JSON."
        raise ApiError(400, 50109, told) from None


async def _read_form(request: web.Request) -> tuple[Any, dict[str, Upload]]:
    body: Any = {}
    uploads: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytes(await part.read(decode=True))
        if part.name == "payload_json":
            body = _parsed(data)
        elif part.filename:
            kind = part.headers.get("Content-Type")
            uploads[part.name] = Upload(part.filename, data, kind)
        else:
            body[part.name] = data.decode()
    return body, uploads
