"""Telegram's refusals: the code, the sentence, and what a program may read of it."""

from __future__ import annotations

from carrel.testing.telegram.model import Json


class ApiError(Exception):
    """A refused request. `description` as Telegram words it, without its first words."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = f"{_WORDS[code]}: {description}" if code in _WORDS else description
        self.parameters = parameters

    @property
    def body(self) -> Json:
        """The answer's JSON."""
        more = {"parameters": self.parameters} if self.parameters else {}
        return {"ok": False, "error_code": self.code, "description": self.description, **more}


TAKEN = "terminated by other getUpdates request; make sure that only one bot instance is running"
HOOKED = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook "
    "first"
)
_WORDS = {400: "Bad Request", 403: "Forbidden", 409: "Conflict"}


def bad(description: str, **parameters: object) -> ApiError:
    """400."""
    return ApiError(400, description, dict(parameters) or None)


def too_many(seconds: int) -> ApiError:
    """429."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
