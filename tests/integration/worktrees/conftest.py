"""Lets the tests of worktrees share `shop.py` and `attacks.py`, and gives each a project."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from shop import Shop


@pytest.fixture(params=["strict", "folder"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    return Shop(tmp_path, request.param)


@pytest.fixture
def walled(tmp_path: Path) -> Shop:
    return Shop(tmp_path, "strict")


@pytest.fixture
def unwalled(tmp_path: Path) -> Shop:
    return Shop(tmp_path, "folder")
