"""What a session sees inside its walls: an empty, read-only root and what is put into it.

Nothing of the host is visible but the system's programs, the parts of `/etc` that programs need,
the engine's own program, and the session's folders. Where two rules meet, the deeper path wins.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from carrel.ports.workspace import Workspace

APART = "--new-session"
"""Keeps a program from typing into the terminal that it was started on."""

NAMESPACES = (
    *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
    *("--hostname", "carrel", "--die-with-parent", APART),
)
SYSTEM = tuple(
    Path(name) for name in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt")
)
STORES = (Path("/nix/store"), Path("/snap"))
ETC = (
    *(
        "alternatives",
        "bash.bashrc",
        "bash_completion.d",
        "ca-certificates",
        "ca-certificates.conf",
    ),
    *("claude-code", "crypto-policies", "debian_version", "default/locale", "fonts", "gai.conf"),
    *("host.conf", "hosts", "inputrc", "java-11-openjdk", "java-17-openjdk", "java-21-openjdk"),
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "locale.conf", "localtime"),
    *("magic", "manpath.config", "mime.types", "nanorc", "networks", "nsswitch.conf", "os-release"),
    *("perl", "pki/ca-trust", "pki/tls/certs", "pki/tls/cert.pem", "pki/tls/openssl.cnf"),
    *(
        "profile",
        "profile.d",
        "protocols",
        "python3",
        "resolv.conf",
        "rpc",
        "services",
        "shells",
        "ssl/certs",
    ),
    *("ssl/cert.pem", "ssl/openssl.cnf", "terminfo", "timezone", "vim"),
)
KERNEL = ("acpi", "asound", "bus", "driver", "fs", "irq", "scsi", "sys", "sysrq-trigger")
ROOT_INSIDE = 1000
NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Mount:
    """One rule: a path, and what is found there."""

    path: Path
    kind: Literal["hide", "read", "write"]
    source: Path

    def arguments(self) -> tuple[str, ...]:
        """The rule in bwrap's words."""
        match self.kind:
            case "write":
                return ("--bind", str(self.source), str(self.path))
            case "read":
                return ("--ro-bind", str(self.source), str(self.path))
            case "hide" if self.source.is_dir():
                return ("--tmpfs", str(self.path))
            case "hide":
                return ("--ro-bind", "/dev/null", str(self.path))

    def seal(self) -> tuple[str, ...]:
        """What makes an empty folder read-only, so that a write fails instead of vanishing."""
        sealed = self.kind == "hide" and self.source.is_dir()
        return ("--remount-ro", str(self.path)) if sealed else ()


def home(workspace: Workspace) -> Path:
    """What the session's programs take for their user's home; made at each start."""
    return workspace.tmp / "home"


def accounts(workspace: Workspace) -> dict[Path, str]:
    """The user and group lists of the inside: the host's people are nobody's business there."""
    user, group = _inside(os.getuid()), _inside(os.getgid())
    return {
        workspace.root / "passwd": f"carrel:x:{user}:{group}::{home(workspace)}:/bin/sh\n"
        f"nobody:x:{NOBODY}:{NOBODY}::/:/bin/false\n",
        workspace.root / "group": f"carrel:x:{group}:\nnogroup:x:{NOBODY}:\n",
    }


def covered(workspace: Workspace) -> tuple[Path, ...]:
    """Folders of the session's own that stay empty.

    What is planted there would run at the next start, unasked, as settings and hooks do. A
    project's own settings are its people's work, and guarded instead.
    """
    return (workspace.work / ".claude",) if workspace.kind == "private" else ()


def arguments(
    workspace: Workspace, program: Path, read_only: Iterable[Path], masked: Iterable[Path]
) -> tuple[str, ...]:
    """The arguments of bwrap for this session, up to the program's own."""
    shown = (program, *read_only, *workspace.shown)
    mounts = _rules(workspace, shown, masked)
    return (
        *base(),
        *(word for mount in mounts for word in mount.arguments()),
        *(word for path in shown for word in _link(path, shown)),
        *(word for mount in mounts for word in mount.seal()),
        *("--remount-ro", "/", "--", str(program)),
    )


def apart(folder: Path, tmp: Path, shown: Iterable[Path], *, writable: bool) -> tuple[str, ...]:
    """The arguments of bwrap for a program that has one folder, no session and no network."""
    mounts = [
        Mount(Path("/tmp"), "write", tmp),  # noqa: S108 - the program's own
        Mount(tmp, "write", tmp),
        Mount(folder, "write" if writable else "read", folder),
        *(Mount(path, "read", path) for path in _real(shown)),
    ]
    words = (word for mount in _by_depth(mounts) for word in mount.arguments())
    return (*base(), "--unshare-net", *words, "--remount-ro", "/", "--")


def base() -> tuple[str, ...]:
    """The walls with nothing of a session in them: namespaces, system, devices."""
    return (
        *NAMESPACES,
        *("--uid", str(_inside(os.getuid())), "--gid", str(_inside(os.getgid()))),
        *(word for path in SYSTEM for word in _system(path)),
        *(word for path in STORES for word in ("--ro-bind-try", str(path), str(path))),
        *(word for name in ETC for word in ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")),
        *("--dir", "/run", "--symlink", "/tmp", "/var/tmp"),  # noqa: S108 - the session's own
        *_kernel(),
    )


def _kernel() -> tuple[str, ...]:
    # The kernel takes a session of root's for root where it looks at owners alone: were these
    # files writable, it could set `core_pattern`, and so run a program outside.
    fixed = (f"/proc/{name}" for name in KERNEL)
    return (
        *("--proc", "/proc", "--dev", "/dev"),
        *(word for path in fixed for word in ("--ro-bind-try", path, path)),
    )


def _inside(host: int) -> int:
    # Root outside is a plain user inside: no program there believes that it may do more.
    return host or ROOT_INSIDE


def _system(path: Path) -> tuple[str, ...]:
    if path.is_symlink():
        return ("--symlink", str(path.readlink()), str(path))
    return ("--ro-bind-try", str(path), str(path))


def _rules(workspace: Workspace, shown: Iterable[Path], masked: Iterable[Path]) -> list[Mount]:
    own = _own(workspace)
    visible = [*_real((*SYSTEM, *STORES, *shown)), *(rule.path for rule in own)]
    hidden = _real((*masked, workspace.root.parent))
    rules = [
        *(Mount(path, "hide", path) for path in hidden if path.exists() and _below(path, visible)),
        *(Mount(path, "read", path) for path in _real(shown) if not _is_system(path, hidden)),
        *own,
    ]
    return _by_depth(rules)


def _by_depth(rules: Iterable[Mount]) -> list[Mount]:
    return sorted(rules, key=lambda rule: len(rule.path.parts))


def _real(paths: Iterable[Path]) -> list[Path]:
    return list(dict.fromkeys(path.resolve() for path in paths))


def _below(path: Path, places: Iterable[Path]) -> bool:
    return any(path.is_relative_to(place) for place in places)


def _is_system(path: Path, hidden: Iterable[Path]) -> bool:
    return _below(path, (*_real(SYSTEM), *STORES)) and not _below(path, hidden)


def _link(path: Path, shown: Iterable[Path]) -> tuple[str, ...]:
    """A path that leads to its file through a link is rebuilt as a link, unless it is there."""
    others = (other for other in shown if other != path)
    if path.resolve() == path or _below(path, (*SYSTEM, *STORES, *others)):
        return ()
    return ("--symlink", str(path.resolve()), str(path))


def _own(workspace: Workspace) -> list[Mount]:
    writable = (workspace.work, workspace.memory, workspace.engine, workspace.tmp)
    return [
        Mount(Path("/tmp"), "write", workspace.tmp),  # noqa: S108 - the session's own
        *(Mount(path, "write", path) for path in (*writable, *workspace.pinned)),
        *(Mount(path, "read", path) for path in workspace.guarded),
        *(Mount(Path("/etc") / path.name, "read", path) for path in accounts(workspace)),
        Mount(workspace.inbox, "read", workspace.inbox),
        *(Mount(path, "hide", path) for path in covered(workspace)),
    ]
