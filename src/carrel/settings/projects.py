"""What must hold of the projects that the operator lists, beyond what their types say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from carrel.settings.tables import ConversationTable, ProjectTable, Settings

BRANCH = re.compile(r"[^-\s~^:?*\[\\][^\s~^:?*\[\\]*")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")

Fault = tuple[tuple[str, ...], str]
"""Where it stands in the file, and one sentence."""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Places that no session may be given: Carrel's home, and the operator's own."""

    home: Path
    login_home: Path

    def why(self, folder: Path) -> str | None:
        """Why `folder` can be no project; None if it can. `folder` is real, links followed."""
        home, login = self.home.resolve(), self.login_home.resolve()
        if login.is_relative_to(folder):
            return f"{folder} holds your whole home directory; name a folder of its own"
        if folder.is_relative_to(home) or home.is_relative_to(folder):
            return f"{folder} and Carrel's home {home} may not lie in one another"
        return None


def faults(settings: Settings, forbidden: Forbidden) -> Iterator[Fault]:
    """Everything that is wrong with `[projects]` and with what conversations say of them."""
    for name, table in settings.projects.items():
        why = _of_name(name) or _of_folder(table, forbidden) or _of_neighbours(name, settings)
        if why:
            yield ("projects", name, "path"), f"{why}."
        if table.branch is not None and not BRANCH.fullmatch(table.branch):
            yield ("projects", name, "branch"), f"{table.branch!r} is no branch's name."
    for address, place in settings.conversations.items():
        for key, why in _of_place(address, place, settings):
            yield ("conversations", address, key), f"{why}."


def _of_name(name: str) -> str | None:
    if NAME.fullmatch(name):
        return None
    return f"a project's name is of small letters, digits and hyphens, not {name!r}"


def _of_folder(table: ProjectTable, forbidden: Forbidden) -> str | None:
    if not Path(table.path).expanduser().is_absolute():
        return f"write the whole path, from /, not {table.path!r}"
    if not table.folder.is_dir():
        return f"{table.folder} is no folder"
    if not str(table.folder).isprintable():
        return f"{str(table.folder)!r} has a character that git cannot be told"
    return forbidden.why(table.folder)


def _of_neighbours(name: str, settings: Settings) -> str | None:
    """A project within another could be written by the other's sessions, its `.git` included."""
    own = settings.projects[name].folder
    for other, table in settings.projects.items():
        if other != name and own.is_relative_to(table.folder):
            return f"{own} lies in the project {other!r}; keep projects apart"
    return None


def _of_place(
    address: str, place: ConversationTable, settings: Settings
) -> Iterator[tuple[str, str]]:
    if place.project is None:
        if place.workspace is not None:
            yield "workspace", "it needs a `project` beside it"
        return
    table = settings.projects.get(place.project)
    if table is None:
        known = ", ".join(sorted(settings.projects)) or "none"
        yield "project", f"there is no project {place.project!r}; listed: {known}"
    elif place.rule.bound and place.rule.bound.kind == "worktree" and not _is_top(table.folder):
        yield "project", f"{table.folder} is not the top of a git repository; a worktree needs one"
    if address in settings.shared:
        yield "project", "a shared conversation has the session `default`, which has no project"


def _is_top(folder: Path) -> bool:
    return (folder / ".git").is_dir()
