"""`carrel diagnostics`."""

from __future__ import annotations

import asyncio
import io
import json
import os
import platform
import re
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from carrel.cli.control import Control
from carrel.core.errors import CarrelError, Refused
from carrel.settings import places
from carrel.settings.store_table import StoreTable

PACKAGES = ("carrel", "claude-agent-sdk", "discord.py", "pydantic", "starlette")
LOG_BYTES = 2_000_000

Hide = Callable[[str], None]


def command(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path(
        "carrel-diagnostics.tar.gz"
    ),
) -> None:
    """Pack what helps to find a fault into one file, with secrets taken out.

    Settings, versions, what `carrel doctor` finds, how the gateway stands, and the end of its
    log. Nothing that was said, no session's files, no store. Look into it before you pass it on:
    ids and names of channels and people are in it.
    """
    from carrel import telemetry

    environ = places.environment()
    home = places.home_of(environ)
    secrets = (*telemetry.secrets_of(environ), *_tokens(home), *_databases(home))
    redactor = telemetry.Redactor(secrets)
    contents = [*_contents(home, environ, redactor.hide)]
    _pack(((name, redactor.text(text)) for name, text in contents), file)
    typer.echo(f"Written: {file}. Look into it before you pass it on.")


def _pack(contents: Iterable[tuple[str, str]], file: Path) -> None:
    """Write the file, which is not there yet; all that can fail otherwise has been done."""
    try:
        fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from error
    with os.fdopen(fd, "wb") as out, tarfile.open(fileobj=out, mode="w:gz") as bundle:
        for name, text in contents:
            data = text.encode(errors="replace")
            entry = tarfile.TarInfo(f"carrel-diagnostics/{name}")
            entry.size = len(data)
            bundle.addfile(entry, io.BytesIO(data))
            typer.echo(f"  {name}  {len(data):,} bytes")


def _contents(home: Path, environ: Mapping[str, str], hide: Hide) -> Iterator[tuple[str, str]]:
    yield "about.json", _json({name: version(name) for name in PACKAGES} | _machine())
    yield "carrel.toml", _end_of(home / "carrel.toml")
    yield "doctor.json", _json(_or_why_not(lambda: _findings(home, environ, hide)))
    yield "status.json", _json(_or_why_not(lambda: Control(home).get("/status")))
    yield "carrel.log", _end_of(home / "logs" / "carrel.log")


def _machine() -> dict[str, str]:
    return {"python": sys.version, "machine": platform.platform()}


def _findings(home: Path, environ: Mapping[str, str], hide: Hide) -> Any:
    from carrel.cli.doctor import examine
    from carrel.settings.loading import load

    found = asyncio.run(examine(home, load(home, environ), environ, hide))
    return [asdict(one) for one in found]


def _or_why_not(asked: Callable[[], Any]) -> Any:
    """The answer, or what is wrong with it: whoever packs a bundle has a fault to find."""
    try:
        return asked()
    except CarrelError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - it is what the bundle is for
        return f"{type(error).__name__}: {error}"


def _end_of(file: Path) -> str:
    """The last bytes of a file; why there are none."""
    try:
        with file.open("rb") as held:
            held.seek(max(file.stat().st_size - LOG_BYTES, 0))
            return held.read().decode(errors="replace")
    except OSError as error:
        return f"{error.strerror}\n"


def _tokens(home: Path) -> Iterator[str]:
    """What lies in the home's own token files, however it got there."""
    for file in home.glob("*token"):
        with suppress(OSError):
            yield file.read_text("utf-8", errors="replace").strip()


def _databases(home: Path) -> Iterator[str]:
    """Addresses of databases in the settings, whatever else is wrong with those."""
    for address in re.findall(r"postgres(?:ql)?://[^\s'\"]+", _end_of(home / "carrel.toml")):
        try:
            yield from StoreTable(url=address).secrets
        except ValueError:
            yield address


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
