"""Both isolations keep the promises of `carrel.ports.workspace`."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.testing.workspace_conformance import LIMIT, Make, WorkspaceConformance
from carrel.workspaces.folders import FolderWorkspaces


class TestFolder(WorkspaceConformance):
    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        return lambda: FolderWorkspaces(tmp_path / "sessions", "folder", (), LIMIT)


class TestStrict(WorkspaceConformance):
    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        return lambda: FolderWorkspaces(tmp_path / "sessions", "strict", (tmp_path,), LIMIT)
