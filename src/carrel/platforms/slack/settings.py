"""`[slack]` in carrel.toml."""

from __future__ import annotations

from pydantic import Field, field_validator

from carrel.platforms.tokens import TokenTable, read_token
from carrel.ports.platform import PlatformParts

VARIABLE = "SLACK_BOT_TOKEN"
APP_VARIABLE = "SLACK_APP_TOKEN"
PUBLIC = "https://slack.com/api"


class Slack(TokenTable):
    """`[slack]`: the bot on Slack. It is there as soon as this table is, even empty."""

    app_token_file: str | None = Field(
        None, description="A file with the app-level token, mode 0600; below the home if relative."
    )
    app_token_command: str | None = Field(
        None, description="A command that prints the app-level token."
    )
    base_url: str | None = Field(
        None, description="Another Web API, of a proxy or a test: `http://localhost:8080/api`."
    )

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("write it as an address with its scheme, such as http://host/api")
        return value.rstrip("/") if value else None

    @property
    def address(self) -> str:
        """The Web API that is asked, without a slash at its end."""
        return self.base_url or PUBLIC

    @property
    def renewable(self) -> bool:
        """Whether another token may be there without a restart."""
        return super().renewable or bool(self.app_token_file or self.app_token_command)


async def read_tokens(table: Slack, parts: PlatformParts) -> tuple[str, str]:
    """The bot's token and the app's. Raises as `read_token` does, and says which is missing."""
    app = TokenTable(token_file=table.app_token_file, token_command=table.app_token_command)
    return (
        await read_token(table, VARIABLE, parts),
        await read_token(app, APP_VARIABLE, parts),
    )
