"""The real bwrap, killed in the middle of its beginning."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
from pathlib import Path

import pytest

from carrel.workspaces import leftovers

BWRAP = shutil.which("bwrap")


@pytest.mark.skipif(BWRAP is None, reason="no bwrap here")
def test_what_waits_behind_a_killed_bwrap_is_ended(tmp_path: Path) -> None:
    """spec: 10.3"""
    sessions = tmp_path / "sessions"
    gate, go = os.pipe()
    command = [BWRAP, "--ro-bind", "/", "/", "--unshare-pid", "--block-fd", str(gate), "--", "true"]
    outer = subprocess.Popen([*command, f"{sessions}/one/inbox"], pass_fds=[gate])
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    while not (found := children.read_text().split()):
        assert outer.poll() is None
    inner = os.pidfd_open(int(found[0]))
    assert leftovers.end(sessions) == 0, "the outer one is there"
    outer.kill()
    outer.wait()
    assert not select.select([inner], [], [], 0)[0], "it waits for ever"
    assert leftovers.end(sessions) == 1
    assert select.select([inner], [], [], 10)[0], "it is gone"
    for descriptor in (gate, go, inner):
        os.close(descriptor)
