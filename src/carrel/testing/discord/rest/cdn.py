"""Files behind links that expire."""

from __future__ import annotations

from aiohttp import web

from carrel.testing.discord.tokens import link_signature
from carrel.testing.discord.world import World

GONE = "This content is no longer available."


def serve_file(world: World, request: web.Request) -> web.Response:
    """The bytes of a file; 404 for a link that is wrong or has expired."""
    path = request.rel_url.raw_path.removeprefix("/cdn")
    expires = request.query.get("ex", "")
    good = link_signature(path, expires, world.link_generation)
    fresh = request.query.get("hm") == good and int(expires or "0", 16) > world.now()
    wanted = request.match_info["file"]
    found = next((file for _, file in world.files() if file.id == wanted), None)
    world.ledger.add(
        "request", method="GET", path=request.path, status=200 if fresh and found else 404
    )
    if not fresh or found is None:
        return web.Response(status=404, text=GONE)
    kind = (found.content_type or "application/octet-stream").partition(";")[0]
    return web.Response(body=found.data, content_type=kind)
