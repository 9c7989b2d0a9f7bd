"""`[store]` of `carrel.toml`: where everything is kept, and who shares it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import AfterValidator, Field

from carrel.ports.hosts import LEASE
from carrel.settings.table import Table

MOST_PORTS: Final = 65_535


def _database(text: str) -> str:
    mend = "write it as `postgresql://user:password@host:5432/database`"
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError(mend)
    try:
        urlsplit(text)
    except ValueError:
        raise ValueError(mend) from None
    return text


NOT_MOUNTED = "is not there. Is it mounted? If it is new, make it once:"


def _absolute(folder: Path) -> Path:
    if not folder.is_absolute():
        raise ValueError("write it as an absolute path, the same on every host")
    return folder


def _reachable(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and int(port) <= MOST_PORTS):
        raise ValueError("write it as `address:port`")
    if host.strip("[]") in {"0.0.0.0", "::", "*"}:  # noqa: S104 - it is refused
        raise ValueError("write the address at which the other hosts reach this one")
    return text


class StoreTable(Table):
    """`[store]`: where everything is kept. Without a url it is a file of the home."""

    url: Annotated[str, AfterValidator(_database)] | None = Field(
        None,
        repr=False,
        description="A PostgreSQL database, as `postgresql://user:password@host:5432/database`; "
        "needs the extra `carrel[postgres]`.",
    )
    folder: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        None,
        description="With a url: a folder that every host sees at this path. Sessions' files lie "
        "there instead of in the home, so that they move with the lead.",
    )
    mirror: bool = Field(
        False,
        description="With a url and without a folder: keep sessions' files in the database as they "
        "are at the end of each turn, so that the next host that leads goes on with them.",
    )
    listen: Annotated[str, AfterValidator(_reachable)] | None = Field(
        None,
        description="With a folder: the address and port at which the host that leads reaches this "
        "one, to run agents here; without it none of its agents run here.",
    )
    lease_seconds: float = Field(
        LEASE,
        ge=1,
        le=300,
        description="With a url: how long a host leads without a sign of life; then another takes "
        "over.",
    )

    @property
    def is_shared(self) -> bool:
        """Whether other hosts have the rows, and the sessions' files too."""
        return self.url is not None and self.folder is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may show: the url with its password, and the password in its two forms."""
        if self.url is None:
            return ()
        parts = urlsplit(self.url)
        words = (parts.password or "", *parse_qs(parts.query).get("password", ()))
        return (self.url, *(form for word in words if word for form in (word, unquote(word))))
