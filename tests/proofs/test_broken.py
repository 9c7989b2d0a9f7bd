"""A gateway that is broken on purpose makes its proof fail, each in the figure that is for it.

Each file of `broken` is a patch that the proofs' starter applies before Carrel starts.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.acceptance.thorough import thorough

ROOT = Path(__file__).parents[2]
BROKEN = Path(__file__).with_name("broken")
CHAOS = ("chaos", "--seed", "2")

pytestmark = [pytest.mark.cli, pytest.mark.timeout(300)]


def proven(patch: str, *command: str) -> tuple[int, str, str]:
    """The proof's status, its last line, and all that it said."""
    ended = subprocess.run(
        [sys.executable, "-m", "proofs", *command, "--with", BROKEN / f"{patch}.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.stderr == ""
    return ended.returncode, ended.stdout.splitlines()[-1], ended.stdout


def figure(line: str, name: str) -> int:
    """`lost 3` in the last line is 3."""
    return int(re.search(rf"{name} (\d+)", line).group(1))


@pytest.mark.parametrize(
    ("patch", "name", "first"),
    [("lost", "lost", 1), ("doubled", "duplicated", 8), ("unmarked", "unmarked", 124),
     ("orphan", "orphans", 10)],
)  # fmt: skip
def test_chaos_finds_it(patch: str, name: str, first: int) -> None:
    patience = "8" if name == "lost" else "60"  # only what is lost is waited for to the end
    one = ("--runs", "1", "--first", str(first), "--patience", patience)
    status, line, _ = proven(patch, *CHAOS, *one)
    assert status == 1
    assert figure(line, name) > 0
    others = {"lost", "duplicated", "unmarked", "orphans"} - {name}
    assert all(figure(line, other) == 0 for other in others), line


def test_chaos_finds_a_copy_where_there_is_no_nonce() -> None:
    there = ("--runs", "1", "--platform", "telegram", "--patience", "120")
    status, line, _ = proven("unmarked_telegram", *CHAOS, *there)
    assert status == 1
    assert figure(line, "unmarked") > 0
    assert all(figure(line, other) == 0 for other in ("lost", "duplicated", "orphans")), line


@pytest.mark.parametrize(
    ("patch", "first", "told"),
    [("fuse", 2, "frozen for 5.62 s, a host"), ("silent", 14, "cut off for 5.43 s, it")],
)
def test_chaos_finds_a_host_that_outlives_its_lease(patch: str, first: int, told: str) -> None:
    there = ("chaos", "--hosts", "2", "--runs", "1", "--seed", "2", "--first", str(first))
    status, line, said = proven(patch, *there)
    assert status == 1
    assert f"TROUBLE {told} outlived its lease" in said
    assert line.startswith("chaos: 1 runs on discord with 2 hosts")


def test_chaos_finds_disorder() -> None:
    status, _, said = proven("order", *CHAOS, "--runs", "3")
    assert status == 1
    assert "answered out of order" in said
    assert "replay: make chaos PLATFORM=discord N=1 FIRST=" in said


@pytest.mark.parametrize(
    ("patch", "name", "hosts"),
    [
        ("walls", "foreign hits", 1),
        ("key", "succeeded", 1),
        pytest.param("port", "succeeded", 2, marks=thorough),
    ],
)
def test_isolation_finds_it(patch: str, name: str, hosts: int) -> None:
    size = ("--sessions", "10", "--seed", "1", "--hosts", str(hosts))
    status, line, _ = proven(patch, "isolation", *size)
    assert status == 1
    assert figure(line, name) > 0


def test_soak_finds_what_grows() -> None:
    status, _, said = proven("leak", "soak", "--turns", "500")
    assert status == 1
    assert "TROUBLE memory grows" in said
