"""Logs: structured, in the home's own file, with every known secret taken out."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor

LOG_BYTES, LOG_FILES = 10_000_000, 5
SHORTEST_SECRET = 8
REDACTED = "[secret]"
SECRET_NAMES = ("TOKEN", "KEY", "SECRET", "PASSWORD")


AUDIT = "carrel.audit"


class Redactor:
    """A log processor that replaces secrets wherever they stand, tracebacks included."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets: list[str] = []
        for secret in secrets:
            self.hide(secret)

    def hide(self, secret: str) -> None:
        """Take one more secret out from now on."""
        known = {*self._secrets, *_forms(secret)}
        self._secrets = sorted(known, key=len, reverse=True)

    def text(self, text: str) -> str:
        """The same without any secret."""
        return str(self._clean(text))

    def __call__(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        """Clean every value of the event."""
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._clean(key): self._clean(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(item) for item in value]
        if isinstance(value, int | float | None):
            return value
        text = str(value)
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        return text


def secrets_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values of variables that hold secrets, by their names."""
    return tuple(
        value
        for name, value in environ.items()
        if any(word in name.upper() for word in SECRET_NAMES)
    )


def _forms(secret: str) -> Iterable[str]:
    """A secret as it is and as it is written: in Python, JSON or a URL, and line by line."""
    python = (repr(secret)[1:-1], repr(secret.encode(errors="replace"))[2:-1])
    forms = (secret, *python, json.dumps(secret)[1:-1], quote(secret, safe="", errors="replace"))
    lines = (line.strip() for line in secret.splitlines())
    return (form for form in (*forms, *lines) if len(form) >= SHORTEST_SECRET)


def configure(folder: Path, secrets: Iterable[str], *, verbose: bool) -> Redactor:
    """Log to `folder`/carrel.log as JSON lines; warnings, or with `verbose` all, to stderr too.

    Returns what takes the secrets out. Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    redactor = Redactor(secrets)
    to_file = _Private(folder / "carrel.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES)
    to_file.setFormatter(_formatter(redactor, structlog.processors.JSONRenderer()))
    to_screen = logging.StreamHandler(sys.stderr)
    to_screen.setLevel(logging.INFO if verbose else logging.WARNING)
    colors = sys.stderr.isatty()
    to_screen.setFormatter(_formatter(redactor, structlog.dev.ConsoleRenderer(colors=colors)))
    logging.basicConfig(level=logging.INFO, handlers=[to_file, to_screen], force=True)
    audit_to(folder, redactor, most=LOG_BYTES)
    for chatty in ("httpx2", "httpcore2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return redactor


def audit_to(folder: Path, redactor: Redactor, *, most: int) -> None:
    """Write the audit log to `folder`/audit.log, and nowhere else. Raises OSError as `configure`.

    The command line calls it by itself: what it does beside the gateway is the operator's act too.
    `most`: bytes in a file; 0 leaves it to the gateway to begin a new one.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    to_file = _Private(folder / "audit.log", maxBytes=most, backupCount=LOG_FILES)
    to_file.setFormatter(_formatter(redactor, structlog.processors.JSONRenderer()))
    logger = logging.getLogger(AUDIT)
    for old in logger.handlers[:]:
        logger.removeHandler(old)
        old.close()
    logger.addHandler(to_file)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    structlog.configure(
        processors=[*_common(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class _Private(RotatingFileHandler):
    """A log that only its owner can read, each new file of it too."""

    def _open(self) -> TextIOWrapper:
        def opener(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        opened = open(  # noqa: SIM115 - the handler closes it
            self.baseFilename, self.mode, encoding="utf-8", opener=opener
        )
        return cast("TextIOWrapper", opened)


def _common() -> list[Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(redactor: Redactor, renderer: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_common(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redactor,
            renderer,
        ],
    )
