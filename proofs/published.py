"""The figures of the last whole run, written into docs/reference/guarantees.md by the commands."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from carrel.runtime.clock import SystemClock

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "guarantees.md"


def publish(name: str, line: str, took: float, page: Path = PAGE) -> None:
    """Put a result in its place on the page. took: seconds."""
    day = datetime.fromtimestamp(SystemClock().now(), UTC).date()
    cores = len(os.sched_getaffinity(0))
    told = f"{line}\n{day}, {took / 60:.0f} min on {cores} cores"
    text = page.read_text(encoding="utf-8")
    page.write_text(inserted(text, name, told), encoding="utf-8")


def inserted(text: str, name: str, told: str) -> str:
    """`text` with `told` between the marks of `name`; ValueError where it has none."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"the page has no place for {name}")
    return f"{before}{begin}```text\n{told}\n```\n{end}{after}"
