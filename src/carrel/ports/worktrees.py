"""What becomes of the work in a session's copy of a project: shown, merged, pushed, let go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from carrel.ports.workspace import Workspace

DIFF_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class State:
    """How a session's work stands against its base, the project's branch that it will join.

    `ahead`: commits that the base has not; `behind`: commits of the base that the work has not.
    `changed`: files whose changes are not committed; `untracked`: new files and folders that are
    not. In a `project` workspace, `branch` is the one checked out, and there is no base.
    """

    branch: str
    base: str
    ahead: int
    behind: int
    changed: int
    untracked: int

    @property
    def dirty(self) -> bool:
        """Whether something is not committed."""
        return bool(self.changed or self.untracked)

    @property
    def merged(self) -> bool:
        """Whether the base has every commit."""
        return self.ahead == 0


@dataclass(frozen=True, slots=True)
class Diff:
    """A unified diff, new files up to 8 MiB included. `cut`: it is longer than was asked for."""

    text: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """The base has the work now. `commit`: its new tip. `forward`: no merge commit was needed."""

    branch: str
    base: str
    commit: str
    forward: bool


@dataclass(frozen=True, slots=True)
class Conflicting:
    """The work and the base changed the same lines of these files. Nothing was changed.

    The session sees the base's newest state as `upstream` and can merge or rebase onto it. The
    names of files are whatever an agent made them.
    """

    branch: str
    base: str
    upstream: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NothingToMerge:
    """The base has every commit already."""

    branch: str
    base: str


Merge = Merged | Conflicting | NothingToMerge


@dataclass(frozen=True, slots=True)
class Pushed:
    """The remote has the branch. `remote` is its address, without any login."""

    branch: str
    remote: str


class Worktrees(Protocol):
    """Deeds on workspaces that `Workspaces.prepare` gave, of the kind `worktree`.

    All raise Refused with one sentence for the chat when something stands in the way, and for a
    workspace of another kind. A refused deed changed nothing of the project's branches but
    `carrel/…`, the session's own.
    """

    async def state(self, workspace: Workspace) -> State:
        """How the work stands. Also for a `project` workspace. May be asked during a turn."""
        ...

    async def diff(
        self, workspace: Workspace, paths: tuple[str, ...] = (), limit: int = DIFF_BYTES
    ) -> Diff:
        """What the work changes, committed or not, against where it left the base.

        `paths`: only these files and folders of it; all if empty. `limit`: in bytes. Of a `project`
        workspace: what is not committed. May be asked during a turn.
        """
        ...

    async def merge(self, workspace: Workspace) -> Merge:
        """Bring the committed work into the base.

        Refused while something is not committed, where the base is checked out with changes of its
        own, and when the work changes `.claude`, which steers the agent itself.
        """
        ...

    async def push(self, workspace: Workspace) -> Pushed:
        """Bring the committed work to the project's remote `origin`, as the session's branch.

        It goes out with the logins of the person who runs Carrel; a remote that wants to ask
        something is refused.
        """
        ...

    async def discard(self, workspace: Workspace, *, force: bool = False) -> None:
        """Move the copy to the trash; the next `prepare` makes a new one.

        Refused for one that is dirty or not merged, unless `force`. No process of the session may
        live any more.
        """
        ...
