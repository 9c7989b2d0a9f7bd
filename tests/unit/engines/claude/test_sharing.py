from __future__ import annotations

from types import SimpleNamespace

import pytest

from carrel.engines.claude.sharing import Sharing
from carrel.testing.clock import ManualClock


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def spaces(tmp_path):
    return [SimpleNamespace(key=key, kind="project", work=tmp_path) for key in ("a", "b")]


def writes(sharing, space, path="notes.md", tool="Write"):
    return sharing.objection(space, tool, {"file_path": path})


async def test_the_second_at_one_file_is_told_first_and_may_then_write(clock, spaces):
    one, two = spaces
    sharing = Sharing(clock)
    assert writes(sharing, one) is None
    await clock.advance(90)
    assert "Read it again" in writes(sharing, two, str(two.work / "notes.md"))
    await clock.advance(1)
    assert writes(sharing, two) is None, "it was told"
    assert "Read it again" in writes(sharing, one), "and now the first must look again"


async def test_other_files_readers_own_folders_and_old_claims_are_no_matter(clock, spaces):
    one, two = spaces
    sharing = Sharing(clock)
    writes(sharing, one)
    assert writes(sharing, two, "other.md") is None
    assert writes(sharing, two, tool="Read") is None
    alone = SimpleNamespace(key="c", kind="worktree", work=two.work)
    assert writes(sharing, alone) is None
    await clock.advance(1000)
    assert writes(sharing, two) is None
