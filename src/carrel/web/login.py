"""Who may open the console: one-time links, a signed cookie, and a lock against guessing."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections import deque
from pathlib import Path

from carrel.core.errors import ConfigError
from carrel.ports.clock import Clock

COOKIE_DAYS = 30
_DAY = 86_400
_KEY_BYTES = 32
_CODES = 16


class Locked(Exception):
    """Too many wrong codes; no other wrong one is counted for a while."""


class ConsoleLogin:
    """Mints and redeems one-time codes; makes and checks cookies.

    Codes live `code_seconds` and only as hashes, at most 16 at a time. `tries` wrong codes within
    a minute lock the door for `lock_seconds` to more of them; those who are in already stay in.
    """

    def __init__(
        self,
        key: bytes,
        clock: Clock,
        *,
        code_seconds: float = 600.0,
        tries: int = 10,
        lock_seconds: float = 300.0,
    ) -> None:
        self._key = key
        self._clock = clock
        self._code_seconds, self._lock_seconds = code_seconds, lock_seconds
        self._codes: dict[str, float] = {}
        self._failures: deque[float] = deque(maxlen=tries)
        self._locked_until = 0.0

    def mint(self) -> str:
        """A new code that opens the door once."""
        code = secrets.token_urlsafe(24)
        self._codes[_hashed(code)] = self._clock.monotonic() + self._code_seconds
        while len(self._codes) > _CODES:
            del self._codes[next(iter(self._codes))]
        return code

    def redeem(self, code: str) -> str | None:
        """The cookie for a good code, which is used up by it; None for any other.

        A good code opens whatever went before: a lock that anybody can close must not keep the
        owner out. Raises Locked for a wrong one after too many.
        """
        now = self._clock.monotonic()
        until = self._codes.pop(_hashed(code), None)
        if until is not None and now <= until:
            return self._cookie()
        if now < self._locked_until:
            raise Locked
        self._failed(now)
        return None

    def knows(self, cookie: str) -> bool:
        """Whether we signed it, at most 30 days ago."""
        body, _, signature = cookie.rpartition(".")
        issued, _, _ = body.partition(".")
        if not hmac.compare_digest(self._signature(body).encode(), signature.encode()):
            return False
        age = self._clock.now() - int(issued)
        return age <= COOKIE_DAYS * _DAY

    def _failed(self, now: float) -> None:
        self._failures.append(now)
        full = len(self._failures) == self._failures.maxlen
        if full and now - self._failures[0] <= 60.0:  # noqa: PLR2004 - a minute
            self._locked_until = now + self._lock_seconds
            self._failures.clear()

    def _cookie(self) -> str:
        body = f"{int(self._clock.now())}.{secrets.token_hex(8)}"
        return f"{body}.{self._signature(body)}"

    def _signature(self, body: str) -> str:
        return hmac.new(self._key, body.encode(), hashlib.sha256).hexdigest()


def console_key(path: Path) -> bytes:
    """The key in `path`, made at the first start; only its owner may read it.

    Raises ConfigError when others can, or when it is no key.
    """
    try:
        return _made(path)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error


def _made(path: Path) -> bytes:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    key = secrets.token_bytes(_KEY_BYTES)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def _read(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise ConfigError(f"{path} is open to others; run: chmod 600 {path}")
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise ConfigError(f"{path} is damaged; remove it, and everyone logs in again.")
    return key


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
