"""Both isolations keep the promises of `carrel.ports.workspace`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from carrel.ports.workspace import Project
from carrel.testing.workspace_conformance import LIMIT, PROJECT, Make, WorkspaceConformance
from carrel.workspaces.folders import FolderWorkspaces

BEGIN = """
git init -q -b main
echo listed > list
git add list
git -c user.name=Ada -c user.email=ada@example.org commit -qm begin
"""


def listed(place: Path) -> dict[str, Project]:
    return {PROJECT: Project(PROJECT, place / "code")}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    subprocess.run(["sh", "-ec", BEGIN], cwd=folder, check=True)
    return folder


class TestFolder(WorkspaceConformance):
    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        projects = listed(tmp_path)
        return lambda: FolderWorkspaces(tmp_path / "sessions", "folder", (), LIMIT, projects)

    @pytest.fixture
    def project(self, repository: Path) -> Path:
        return repository


class TestStrict(WorkspaceConformance):
    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        projects, masked = listed(tmp_path), (tmp_path,)
        return lambda: FolderWorkspaces(tmp_path / "sessions", "strict", masked, LIMIT, projects)

    @pytest.fixture
    def project(self, repository: Path) -> Path:
        return repository
