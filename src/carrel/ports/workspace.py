"""Where a session lives on this host, and the walls round it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from carrel.core.messages import File
from carrel.core.model import Route, SessionKey, WorkspaceKind
from carrel.core.routing import Binding

Isolation = Literal["strict", "folder"]


@dataclass(frozen=True, slots=True)
class Project:
    """A folder that the operator has listed. `branch`: where worktrees start, if it is said."""

    name: str
    path: Path
    branch: str | None = None


def binding(route: Route) -> Binding | None:
    """What `Workspaces.prepare` must be told of a route."""
    if route.project is None or route.workspace == "private":
        return None
    return Binding(route.project, route.workspace)


@dataclass(frozen=True, slots=True)
class Workspace:
    """One session's folders, all below `root`, which only this session's processes may see.

    `work` is the engine's working directory; of the kind `project` it is the project's own folder
    and lies elsewhere. `engine` is the engine's own: its transcript, its settings. `inbox` holds
    files that came in (the engine reads them), `outbox` the files that went out (it cannot reach
    them), `tmp` is thrown away with the engine process.

    `guarded` are places in `work` that the session may read and not change: what is written there
    runs unasked, in the engine or in a person's git. `pinned` are folders on the way to one, which
    may not be moved. `shown` are folders outside that it may read.
    """

    key: SessionKey
    root: Path
    work: Path
    memory: Path
    inbox: Path
    outbox: Path
    engine: Path
    tmp: Path
    isolation: Isolation
    kind: WorkspaceKind = "private"
    project: Project | None = None
    guarded: tuple[Path, ...] = ()
    pinned: tuple[Path, ...] = ()
    shown: tuple[Path, ...] = ()


class Workspaces(Protocol):
    """Makes and unmakes workspaces."""

    async def prepare(self, key: SessionKey, bound: Binding | None = None) -> Workspace:
        """The session's folders, made if they are not there. The same key gives the same folders.

        `bound`: the project that it works on (see `binding`); a worktree is made when it is first
        asked for. A session that is bound to something else finds what it had when it is bound
        back. Raises Refused when the walls cannot be built here, naming the package to install,
        or when the project cannot be had.
        """
        ...

    def walled(
        self,
        workspace: Workspace,
        program: Path,
        read_only: tuple[Path, ...],
        environment: tuple[str, ...] = (),
        *,
        terminal: bool = False,
    ) -> Path:
        """An executable that runs `program` inside the session's walls, with its arguments.

        It holds the session's lock as long as any process of it lives, so that a second one
        cannot start (it waits up to 10 s, then exits with status 75), and it dies with this
        process. `CARREL_GATEWAY` in its environment should tell the pid of this process: else a
        start that is under way when this process is killed survives it. `read_only` are files
        outside that the program needs and may not change; each appears at its own path.
        `environment` names the variables that pass the wall beside
        usual ones that hold no secret (language, terminal, CLAUDE_*): every other one stays out,
        so the session's own token must be named. `terminal`: it keeps the terminal that it is
        started on, which must be nobody else's: it could type there.
        """
        ...

    async def bring_in(self, workspace: Workspace, name: str) -> Path:
        """A new path below `inbox` for a file called `name` by a stranger: made safe, unique."""
        ...

    async def copy(self, source: Workspace, target: Workspace) -> None:
        """Give `target` what `source` holds: memory, inbox, and work if both are `private`.

        No process of `target` may live yet; one of `source` may. Links are copied as links and
        never followed. Raises Refused for more than can be copied.
        """
        ...

    async def discard(self, key: SessionKey) -> None:
        """Move the session's folders to the trash; nothing happens where there are none.

        No process of the session may live any more. Raises Unavailable when it cannot be done.
        """
        ...

    async def end_leftovers(self) -> int:
        """End what a killed gateway left behind of walls that were being built; how many."""
        ...

    async def empty_trash(self, before: float) -> int:
        """Delete for ever what was put in the trash before `before` (unix seconds); how many."""
        ...

    async def send_out(self, workspace: Workspace, path: str, caption: str) -> File:
        """Copy a file of the session's own `work`, `memory` or `inbox` to its outbox.

        Raises Refused for what lies elsewhere (after links are followed), is no regular file,
        is missing, or is larger than the limit.
        """
        ...
