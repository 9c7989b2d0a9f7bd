"""Files that sessions sent out. They are found by what was shown, never by a path from outside."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse

from carrel.core.messages import File
from carrel.platforms.console import place
from carrel.ports.store import Store
from carrel.web.fragments import dom_id

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_FAR = 1000
"""How many things back a file can still be found."""


async def file_response(store: Store, name: str, id_: str, *, view: bool) -> FileResponse:
    """The file that the conversation shows under the element `id_`: 404 if there is none.

    With `view` a picture is shown in place; everything else is only ever downloaded.
    """
    file = await _find(store, name, id_)
    inline = view and file.media_type in PICTURES
    return FileResponse(
        file.path,
        media_type=file.media_type if inline else "application/octet-stream",
        filename=file.name,
        content_disposition_type="inline" if inline else "attachment",
        headers={"Cache-Control": "private, max-age=3600", "Content-Security-Policy": "sandbox"},
    )


async def _find(store: Store, name: str, id_: str) -> File:
    for shown in await store.history(place(name), _FAR):
        outbound = shown.outbound
        if outbound is None or not isinstance(outbound.body, File):
            continue
        if dom_id(outbound.nonce) != id_:
            continue
        if await asyncio.to_thread(Path(outbound.body.path).is_file):
            return outbound.body
    raise HTTPException(404, "The file is no longer there.")
