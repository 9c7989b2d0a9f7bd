"""`[telegram]` in carrel.toml."""

from __future__ import annotations

from pydantic import Field, field_validator

from carrel.platforms.tokens import TokenTable

VARIABLE = "TELEGRAM_TOKEN"
PUBLIC = "https://api.telegram.org"


class Telegram(TokenTable):
    """`[telegram]`: the bot on Telegram. It is there as soon as this table is, even empty."""

    base_url: str | None = Field(
        None, description="Another Bot API server, such as a local one: `http://localhost:8081`."
    )

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("write it as an address with its scheme, such as http://host:8081")
        return value.rstrip("/") if value else None

    @property
    def address(self) -> str:
        """The server that is asked, without a slash at its end."""
        return self.base_url or PUBLIC
