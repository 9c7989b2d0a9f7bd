"""What every implementation of `carrel.ports.workspace` must keep, as a suite for pytest.

Subclass `WorkspaceConformance` and give it a fixture `make`: a function from nothing to a fresh
`Workspaces` over the same place each time, with a limit of `LIMIT` bytes for files sent out. Where
it has projects, the fixture `project` gives the folder of the one called `PROJECT`, a git
repository with the file `list` in its last commit; without it, these tests are skipped.
"""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from carrel.core.errors import Refused
from carrel.core.model import BoundKind, SessionKey
from carrel.core.routing import Binding
from carrel.ports.workspace import Workspace, Workspaces

LIMIT = 1000
PROJECT = "shop"
SHELL = Path("/bin/sh")
PRIVATE = 0o700
BOUND: tuple[BoundKind, ...] = ("project", "worktree")
WAIT_S = 15.0
NAMES = ("../../etc/passwd", ".bashrc", "a/b", "..", "", "x" * 300 + ".txt", "line\nbreak", "CON")
HOSTILE = ("a", "A", "a:b", "a/b", "../a", "ä", "a\u0308", "x" * 255, "-", "", ".")

Make = Callable[[], Workspaces]


async def run(
    launcher: Path, script: str, cwd: Path, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a shell script through a launcher of `/bin/sh`: its status, and all that it said."""
    process = await asyncio.create_subprocess_exec(
        *(launcher, "-c", script),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=cwd,
        env=environment,
    )
    async with asyncio.timeout(WAIT_S):
        said, _ = await process.communicate()
    return process.returncode or 0, said.decode(errors="replace").strip()


async def started(launcher: Path, script: str, cwd: Path) -> asyncio.subprocess.Process:
    """Start a shell script that says one line once it runs, and wait for the line."""
    process = await asyncio.create_subprocess_exec(
        *(launcher, "-c", script),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=cwd,
    )
    assert process.stdout is not None
    async with asyncio.timeout(WAIT_S):
        await process.stdout.readline()
    return process


class WorkspaceConformance:
    """The promises, one test each."""

    @pytest.fixture
    def project(self) -> Path:
        pytest.skip("these workspaces have no projects")

    async def test_the_kind_project_works_in_the_folder_itself(
        self, make: Make, project: Path
    ) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"), Binding(PROJECT, "project"))
        launcher = workspaces.walled(space, SHELL, ())
        assert (space.kind, space.work) == ("project", project)
        assert await run(launcher, "pwd; echo x > new; cat list", space.work) == (
            0,
            f"{project}\nlisted",
        )
        assert (project / "new").exists()

    async def test_the_kind_worktree_works_in_a_copy_of_its_own(
        self, make: Make, project: Path
    ) -> None:
        workspaces = make()
        bound = Binding(PROJECT, "worktree")
        spaces = [await workspaces.prepare(SessionKey(key), bound) for key in ("a", "b")]
        for space in spaces:
            launcher = workspaces.walled(space, SHELL, ())
            assert space.work.is_relative_to(space.root)
            assert await run(launcher, "cat list; echo x > list", space.work) == (0, "listed")
        assert (project / "list").read_text() == "listed\n"

    @pytest.mark.parametrize("kind", ["project", "worktree"])
    async def test_a_bound_session_has_the_same_again_and_its_own_of_all_else(
        self, make: Make, project: Path, kind: BoundKind
    ) -> None:
        workspaces, bound = make(), Binding(PROJECT, kind)
        space = await workspaces.prepare(SessionKey("a"), bound)
        other = await workspaces.prepare(SessionKey("b"), bound)
        private = await workspaces.prepare(SessionKey("a"))
        assert await make().prepare(SessionKey("a"), bound) == space
        assert folders(private)[1:] == folders(space)[1:]
        assert not set(folders(other)[1:]) & set(folders(space)[1:])
        assert private.work != space.work

    @pytest.mark.parametrize("kind", ["project", "worktree"])
    async def test_files_of_a_bound_session_are_sent_and_no_others(
        self, make: Make, project: Path, kind: BoundKind
    ) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"), Binding(PROJECT, kind))
        assert (await workspaces.send_out(space, "list", "")).size == len("listed\n")
        (space.work / "link").symlink_to(project.parent)
        with pytest.raises(Refused):
            await workspaces.send_out(space, f"link/{project.name}/../secret", "")

    async def test_what_is_not_listed_is_refused(self, make: Make) -> None:
        for kind in BOUND:
            with pytest.raises(Refused):
                await make().prepare(SessionKey("a"), Binding("unlisted", kind))

    async def test_folders_are_there_private_and_below_the_root(self, make: Make) -> None:
        space = await make().prepare(SessionKey("discord:1"))
        for folder in folders(space):
            assert folder.is_dir()
            assert folder.parent == space.root
            assert stat.S_IMODE(folder.stat().st_mode) == PRIVATE

    async def test_the_same_key_gives_the_same_folders(self, make: Make) -> None:
        first = await make().prepare(SessionKey("discord:1"))
        (first.work / "note").write_text("kept")
        again = await make().prepare(SessionKey("discord:1"))
        assert again == first
        assert (again.work / "note").read_text() == "kept"

    async def test_different_keys_share_no_folder(self, make: Make) -> None:
        workspaces = make()
        spaces = [await workspaces.prepare(SessionKey(key)) for key in HOSTILE]
        assert len({space.root for space in spaces}) == len(HOSTILE)
        assert len({space.root.parent for space in spaces}) == 1

    async def test_a_key_asked_for_twice_at_once_gets_one_workspace(self, make: Make) -> None:
        workspaces = make()
        spaces = await asyncio.gather(*(workspaces.prepare(SessionKey("a")) for _ in range(20)))
        assert len({space.root for space in spaces}) == 1

    async def test_a_launcher_runs_the_program_in_its_folder(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        launcher = workspaces.walled(space, SHELL, ())
        said = await run(launcher, "pwd; touch note; exit 7", space.work)
        assert said == (7, str(space.work))
        assert (space.work / "note").exists()

    async def test_own_folders_can_be_written(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        own = (space.work, space.memory, space.engine, space.tmp)
        script = " && ".join(f"echo x > '{folder}/file'" for folder in own)
        assert await run(workspaces.walled(space, SHELL, ()), script, space.work) == (0, "")
        assert all((folder / "file").read_text() == "x\n" for folder in own)

    async def test_read_only_files_appear_at_their_own_path(
        self, make: Make, tmp_path: Path
    ) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        given = tmp_path / "given" / "instructions.md"
        given.parent.mkdir()
        given.write_text("be kind")
        launcher = workspaces.walled(space, SHELL, (given,))
        assert await run(launcher, f"cat '{given}'", space.work) == (0, "be kind")

    async def test_only_named_and_harmless_variables_pass(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        environment = {"LANG": "C", "TOKEN": "of the session", "ANTHROPIC_API_KEY": "real"}
        launcher = workspaces.walled(space, SHELL, (), ("TOKEN",))
        script = 'echo "$LANG/$TOKEN/$ANTHROPIC_API_KEY"'
        assert await run(launcher, script, space.work, environment) == (0, "C/of the session/")

    async def test_a_second_process_waits_for_the_first(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        launcher = workspaces.walled(space, SHELL, ())
        first = await started(launcher, "echo up; read -r _; echo first >> order", space.work)
        second = run(launcher, "echo second >> order", space.work)
        await asyncio.gather(second, first.communicate(b"go\n"))
        assert (space.work / "order").read_text() == "first\nsecond\n"

    async def test_no_process_outlives_the_program(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        launcher = workspaces.walled(space, SHELL, ())
        stray = "exec 3>alive; setsid sh -c 'while :; do echo x >&3; sleep 0.01; done' & echo up"
        assert (await run(launcher, f"{stray}; exit 0", space.work))[0] == 0
        size = (space.work / "alive").stat().st_size
        await run(launcher, "sleep 0.1", space.work)
        assert (space.work / "alive").stat().st_size == size

    async def test_ending_the_launcher_ends_the_program(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        launcher = workspaces.walled(space, SHELL, ())
        process = await started(launcher, "echo up; sleep 60", space.work)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(WAIT_S):
            await process.wait()
        assert await run(launcher, "echo next", space.work) == (0, "next")

    async def test_tmp_is_empty_at_each_start(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        launcher = workspaces.walled(space, SHELL, ())
        litter = 'mkdir -p "$TMPDIR/a/b"; touch "$TMPDIR/a/b/c"; chmod 0 "$TMPDIR/a"'
        await run(launcher, f'{litter}; ln -s "$PWD" "$TMPDIR/link"; touch kept', space.work)
        assert await run(launcher, 'ls "$TMPDIR" | grep -E "^(a|link)$"', space.work) == (1, "")
        assert (space.work / "kept").exists()

    async def test_a_copy_has_what_the_other_has_and_is_another(self, make: Make) -> None:
        spaces = make()
        old, new = [await spaces.prepare(SessionKey(name)) for name in ("old", "new")]
        for folder in (old.work, old.memory, old.inbox):
            (folder / "deep").mkdir()
            (folder / "deep" / "file").write_text("one")
        (old.work / "out").symlink_to(old.root.parent)
        await spaces.copy(old, new)
        for folder in (new.work, new.memory, new.inbox):
            assert (folder / "deep" / "file").read_text() == "one"
        (new.work / "deep" / "file").write_text("two")
        assert (old.work / "deep" / "file").read_text() == "one"
        assert (new.work / "out").is_symlink(), "a link is not followed"
        assert not [*new.engine.iterdir()], "nothing of the engine's"

    @pytest.mark.parametrize("name", NAMES)
    async def test_what_is_brought_in_lies_in_the_inbox(self, make: Make, name: str) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        path = await workspaces.bring_in(space, name)
        assert path.parent == space.inbox
        assert not path.name.startswith(".")

    async def test_what_is_brought_in_never_meets_another_file(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        paths = await asyncio.gather(*(workspaces.bring_in(space, "a.txt") for _ in range(50)))
        assert len(set(paths)) == len(paths)
        assert all(path.suffix == ".txt" for path in paths)

    async def test_own_files_are_sent(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        for folder in (space.work, space.memory, space.inbox):
            (folder / "a.png").write_bytes(b"picture")
            file = await workspaces.send_out(space, str(folder / "a.png"), "look")
            sent = (file.name, file.media_type, file.size, file.caption)
            assert sent == ("a.png", "image/png", len(b"picture"), "look")
            assert Path(file.path).is_relative_to(space.outbox)
            assert Path(file.path).read_bytes() == b"picture"

    async def test_a_sent_file_stays_as_it_was_sent(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        (space.work / "a").write_text("first")
        first = await workspaces.send_out(space, "a", "")
        (space.work / "a").write_text("second")
        second = await workspaces.send_out(space, "a", "")
        assert Path(first.path).read_text() == "first"
        assert Path(second.path).read_text() == "second"

    async def test_links_within_are_followed(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        (space.work / "real").write_text("own")
        (space.work / "link").symlink_to("real")
        file = await workspaces.send_out(space, "link", "")
        assert Path(file.path).read_text() == "own"

    @pytest.mark.parametrize("kind", ["engine", "tmp", "sibling", "dots", "link", "linked folder"])
    async def test_foreign_files_are_refused(self, make: Make, kind: str) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        sibling = await workspaces.prepare(SessionKey("b"))
        for folder in (space.engine, space.tmp, sibling.work):
            (folder / "secret").write_text("canary")
        with pytest.raises(Refused):
            await workspaces.send_out(space, str(foreign(kind, space, sibling)), "")
        assert not list(space.outbox.rglob("secret"))

    @pytest.mark.parametrize("name", ["", ".", "\0", "x" * 5000, "~/.bashrc", "/proc/self/environ"])
    async def test_names_of_no_own_file_are_refused(self, make: Make, name: str) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        with pytest.raises(Refused):
            await workspaces.send_out(space, name, "")

    @pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "too large"])
    async def test_what_is_no_file_to_send_is_refused(self, make: Make, kind: str) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        with pytest.raises(Refused):
            await workspaces.send_out(space, str(unsendable(kind, space)), "")

    async def test_the_largest_file_is_sent(self, make: Make) -> None:
        workspaces = make()
        space = await workspaces.prepare(SessionKey("a"))
        (space.work / "a").write_bytes(b"x" * LIMIT)
        assert (await workspaces.send_out(space, "a", "")).size == LIMIT


def folders(space: Workspace) -> tuple[Path, ...]:
    """All folders of a workspace."""
    return (space.work, space.memory, space.inbox, space.outbox, space.engine, space.tmp)


def foreign(kind: str, space: Workspace, sibling: Workspace) -> Path:
    """A path that leads to a file which is not the session's to send."""
    target, link = sibling.work / "secret", space.work / "link"
    match kind:
        case "link":
            link.symlink_to(target)
            return link
        case "linked folder":
            link.symlink_to(target.parent, target_is_directory=True)
            return link / "secret"
        case "dots":
            return space.work / ".." / ".." / sibling.root.name / "work" / "secret"
        case "sibling":
            return target
        case _:
            return space.root / kind / "secret"


def unsendable(kind: str, space: Workspace) -> Path:
    """A path of the session's own that is no file to send."""
    path = space.work / "thing"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "too large":
            path.write_bytes(b"x" * (LIMIT + 1))
    return path
