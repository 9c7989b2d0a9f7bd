"""Which login the engine has, found without opening anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

ADVICE = (
    "There is no Claude login: set ANTHROPIC_API_KEY, or set CLAUDE_CODE_OAUTH_TOKEN "
    "(from `claude setup-token`), or run `claude` on this host and type /login."
)
EXPIRED = "The Claude login was refused: run `claude` on this host and type /login."
REFUSED_KEY = "The Claude API key was refused: check ANTHROPIC_API_KEY and restart Carrel."
RENEW = "The Claude token was refused: make a new one with `claude setup-token`."


@dataclass(frozen=True, slots=True)
class Login:
    """How the engine proves who pays. `secret` never shows in a repr; `file` goes with `cli`."""

    kind: Literal["api_key", "oauth_token", "cli", "none"] = "none"
    secret: str = field(default="", repr=False)
    file: Path | None = None

    @property
    def hidden(self) -> tuple[Path, ...]:
        """What the program must see and the model must not."""
        return (self.file.parent,) if self.file is not None else ()

    @property
    def mend(self) -> str:
        """One sentence for when this login is refused."""
        match self.kind:
            case "api_key":
                return REFUSED_KEY
            case "oauth_token":
                return RENEW
            case "cli":
                return EXPIRED
            case "none":
                return ADVICE


def find_login(environ: Mapping[str, str], home: Path) -> Login:
    """The first of: an API key, a token, the CLI's own credential file below `home`."""
    if key := environ.get("ANTHROPIC_API_KEY"):
        return Login("api_key", key)
    if token := environ.get("CLAUDE_CODE_OAUTH_TOKEN"):
        return Login("oauth_token", token)
    folder = environ.get("CLAUDE_CONFIG_DIR")
    file = (Path(folder) if folder else home / ".claude") / ".credentials.json"
    return Login("cli", file=file) if file.is_file() else Login()
