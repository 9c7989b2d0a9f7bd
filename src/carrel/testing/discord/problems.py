"""Discord's refusals: the HTTP status, the JSON code and the sentence."""

from __future__ import annotations

from typing import Self

from carrel.testing.discord.model import Json


class ApiError(Exception):
    """A refused request. errors: the tree under `errors` that names the wrong fields."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    @property
    def body(self) -> Json:
        """The answer's JSON."""
        plain: Json = {"message": self.message, "code": self.code}
        return plain | ({"errors": self.errors} if self.errors else {})

    @classmethod
    def unknown(cls, what: str) -> Self:
        """404 for an id that names nothing; `what` is a key of UNKNOWN."""
        return cls(404, UNKNOWN[what], f"Unknown {what}")

    @classmethod
    def invalid(cls, field: str, code: str, message: str) -> Self:
        """50035 naming one field, `a.0.b` for a field deep inside."""
        tree: Json = {"_errors": [{"code": code, "message": message}]}
        for part in reversed(field.split(".")):
            tree = {part: tree}
        return cls(400, 50035, "Invalid Form Body", tree)

    @classmethod
    def no_access(cls) -> Self:
        """50001: the bot cannot see it."""
        return cls(403, 50001, "Missing Access")

    @classmethod
    def no_permission(cls) -> Self:
        """50013: the bot sees it and may not."""
        return cls(403, 50013, "Missing Permissions")

    @classmethod
    def unauthorized(cls) -> Self:
        """401: no token, or a wrong one."""
        return cls(401, 0, "401: Unauthorized")

    @classmethod
    def not_found(cls) -> Self:
        """404: no such route."""
        return cls(404, 0, "404: Not Found")


UNKNOWN = {
    "Application": 10002,
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "Role": 10011,
    "User": 10013,
    "Emoji": 10014,
    "Webhook": 10015,
    "Interaction": 10062,
    "application command": 10063,
}
