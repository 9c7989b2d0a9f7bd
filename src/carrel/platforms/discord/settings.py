"""`[discord]` in carrel.toml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from carrel.platforms.tokens import TokenTable

VARIABLE = "DISCORD_TOKEN"

Shards = Literal["auto"] | Annotated[int, Field(ge=1, le=16_384)]


class Discord(TokenTable):
    """`[discord]`: the bot on Discord. It is there as soon as this table is, even empty."""

    shards: Shards = Field("auto", description="Gateway connections; `auto` asks Discord.")
    rest_url: str | None = Field(
        None, description="Another REST address, of a proxy or a test: `http://…/api/v10`."
    )
    gateway_url: str | None = Field(None, description="Another gateway address: `ws://…`.")

    @field_validator("rest_url", "gateway_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://", "ws://", "wss://")):
            raise ValueError("write it as an address with its scheme, such as http://host/api/v10")
        return value.rstrip("/") if value else None
