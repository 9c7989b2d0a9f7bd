"""Where the gateway is."""

from __future__ import annotations

from carrel.testing.discord.rest.call import Answer, Call, Route, ok

IDENTIFIES, RESET_MS = 1000, 86_400_000


def _url(call: Call) -> str:
    return call.world.url.replace("http", "ws", 1) + "/gateway"


def gateway(call: Call) -> Answer:
    """The address."""
    return ok({"url": _url(call)})


def gateway_bot(call: Call) -> Answer:
    """The address, the number of shards and how many IDENTIFY are left."""
    used = sum(entry.data["did"] == "identify" for entry in call.world.ledger.of("gateway"))
    limit = {"total": IDENTIFIES, "remaining": IDENTIFIES - used, "reset_after": RESET_MS}
    limit["max_concurrency"] = 1
    return ok({"url": _url(call), "shards": 1, "session_start_limit": limit})


ROUTES = (
    Route("GET", "/gateway", gateway, public=True),
    Route("GET", "/gateway/bot", gateway_bot),
)
