"""No secret reaches a log, whatever it stands in.

spec: 11.1
"""

from __future__ import annotations

import io
import json
import logging
import stat
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from carrel import telemetry
from carrel.telemetry import REDACTED, Redactor

TOKEN = "sk-invented-0123456789"
QUOTED = 'pass "word" \\ with ünusual & signs'
KEY = "-----BEGIN KEY-----\nMIIEvinvented0\nmQGiBinvented1\n-----END KEY-----"
SECRETS = (TOKEN, QUOTED, KEY)


@dataclass
class Settings:
    token: str = TOKEN


@dataclass
class Logs:
    folder: Path
    screen: io.StringIO

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.file().splitlines()]

    def file(self) -> str:
        return (self.folder / "carrel.log").read_text()

    def everything(self) -> str:
        return self.file() + self.screen.getvalue()


@contextmanager
def configured(folder: Path, *, verbose: bool) -> Iterator[Logs]:
    """A log as the gateway has it; afterwards all is as it was."""
    root = logging.getLogger()
    level, kept, screen = root.level, structlog.get_config(), io.StringIO()
    with redirect_stderr(screen):
        telemetry.configure(folder, SECRETS, verbose=verbose)
    ours = root.handlers[:]
    yield Logs(folder, screen)
    for handler in ours:
        root.removeHandler(handler)
        handler.close()
    for handler in logging.getLogger(telemetry.AUDIT).handlers[:]:
        logging.getLogger(telemetry.AUDIT).removeHandler(handler)
        handler.close()
    logging.getLogger(telemetry.AUDIT).propagate = True
    root.setLevel(level)
    structlog.configure(**kept)


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Logs]:
    with configured(tmp_path / "logs", verbose=True) as one:
        yield one


def is_clean(text: str) -> bool:
    lines = [line for secret in SECRETS for line in secret.splitlines()]
    forms = [*lines, *(json.dumps(line)[1:-1] for line in lines), *(repr(s)[1:-1] for s in SECRETS)]
    forms += [repr(line.encode())[2:-1] for line in lines]
    return not any(form in text for form in forms)


@pytest.mark.parametrize("secret", SECRETS, ids=["token", "quoted", "key"])
@pytest.mark.parametrize(
    "words",
    [
        lambda secret: {"event": f"token {secret} is wrong"},
        lambda secret: {"event": "x", "token": secret},
        lambda secret: {"event": "x", "deep": {"a": [{"b": ("c", secret)}]}},
        lambda secret: {"event": "x", "names": {secret: 1}},
        lambda secret: {"event": "x", "of": {secret, "other"}},
        lambda secret: {"event": "x", "raw": secret.encode()},
        lambda secret: {"event": "x", "object": Settings(secret)},
        lambda secret: {"event": "x", "path": Path("/tokens") / secret},
        lambda secret: {"event": "x", "error": KeyError(secret)},
        lambda secret: {"event": json.dumps({"token": secret})},
        lambda secret: {"event": f"before\n{secret}\nafter\n{secret}"},
    ],
)
def test_a_secret_is_taken_out_wherever_it_stands(logs: Logs, secret: str, words) -> None:
    """spec: 11.1"""
    structlog.get_logger("test").warning(**words(secret))
    text = logs.everything()
    assert '"event"' in text, "the line itself is there"
    assert is_clean(text)
    assert REDACTED in text


def test_tracebacks_are_cleaned_too(logs: Logs) -> None:
    """spec: 11.1"""
    for secret in SECRETS:
        try:
            raise ValueError(secret) from KeyError(secret)  # noqa: TRY301 - the test's own
        except ValueError:
            structlog.get_logger("test").exception("broken")
    text = logs.everything()
    assert text.count("Traceback") >= 6
    assert is_clean(text)


def test_the_logs_of_libraries_are_cleaned_too(logs: Logs) -> None:
    """spec: 11.1"""
    library = logging.getLogger("some.library")
    library.warning("GET /?key=%s with %r", TOKEN, {"password": QUOTED})
    library.warning("posted %s", "pass%20%22word%22%20%5C%20with%20%C3%BCnusual%20%26%20signs")
    try:
        raise RuntimeError(KEY)  # noqa: TRY301 - the test's own
    except RuntimeError:
        library.exception("failed")
    text = logs.everything()
    assert "Traceback" in text
    assert "pass%20" not in text
    assert is_clean(text)


def test_what_looks_secret_in_part_stays_readable(logs: Logs) -> None:
    structlog.get_logger("test").info("hello", count=12, share=0.5, nothing=None, yes=True)
    (line,) = logs.lines()
    kept = {name: line[name] for name in ("event", "count", "share", "nothing", "yes")}
    assert kept == {"event": "hello", "count": 12, "share": 0.5, "nothing": None, "yes": True}
    assert (line["level"], line["logger"]) == ("info", "test")
    assert line["timestamp"].endswith("Z")


def test_the_longest_secret_goes_first_and_short_ones_are_no_secrets() -> None:
    redact = Redactor(["abcdefgh", "abcdefghij", "short", "", "       "])
    cleaned = redact(None, "info", {"event": "abcdefghij abcdefgh short       "})
    assert cleaned["event"] == f"{REDACTED} {REDACTED} short       "


def test_a_line_each_and_only_warnings_on_the_screen(tmp_path: Path) -> None:
    with configured(tmp_path / "quiet", verbose=False) as quiet:
        logger = structlog.get_logger("test")
        logger.info("in the file\nonly")
        logger.warning("in both")
        assert [line["event"] for line in quiet.lines()] == ["in the file\nonly", "in both"]
        assert "in both" in quiet.screen.getvalue()
        assert "only" not in quiet.screen.getvalue()


def test_the_log_is_bounded(logs: Logs) -> None:
    """spec: 12.1"""
    (to_file,) = [h for h in logging.getLogger().handlers if hasattr(h, "maxBytes")]
    assert 0 < to_file.maxBytes * (to_file.backupCount + 1) <= 100_000_000


def test_the_folder_is_private(logs: Logs) -> None:
    assert logs.folder.stat().st_mode & 0o077 == 0


def test_the_audit_log_is_a_file_of_its_own_private_and_without_secrets(tmp_path) -> None:
    """spec: 11.1 18.6"""
    with configured(tmp_path, verbose=True) as logs:
        structlog.get_logger(telemetry.AUDIT).info("request answered", digest=f"x {TOKEN} y")
        structlog.get_logger("carrel.other").info("nothing to see")
        file = tmp_path / "audit.log"
        (line,) = file.read_text().splitlines()
        assert json.loads(line)["digest"] == f"x {REDACTED} y"
        assert "request answered" not in logs.everything()
        for one in (file, tmp_path / "carrel.log"):
            assert stat.S_IMODE(one.stat().st_mode) == 0o600


def test_a_log_that_is_full_goes_on_in_a_new_private_file(tmp_path, monkeypatch) -> None:
    """spec: 18.6"""
    monkeypatch.setattr(telemetry, "LOG_BYTES", 1000)
    with configured(tmp_path, verbose=False):
        for number in range(100):
            structlog.get_logger(telemetry.AUDIT).info("heard", number=number)
        files = sorted(tmp_path.glob("audit.log*"))
        assert len(files) == telemetry.LOG_FILES + 1
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
