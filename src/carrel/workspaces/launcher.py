"""Starts a session's program. It runs as a script of its own, so it imports nothing of Carrel.

`launcher.py LOCK EPOCH TMP HOME KIND NAMES COMMAND…`: takes the session's lock, refuses where a
host with a higher EPOCH was before it (0: nobody shares the folder), empties its tmp, drops every
variable of the environment that is not named, and becomes COMMAND (KIND `walls`: bwrap, whose outer
process keeps the lock) or looks after it (KIND `folder`) until all its processes end.
It ends with the process that `CARREL_GATEWAY` names, or, without that, with whoever started it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys

TYPE_CHECKING = False  # what `typing` calls so; to import it would take a fifth of the start
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType
    from typing import NoReturn

WAIT_S = 10.0
USUAL = frozenset(
    {
        "API_TIMEOUT_MS",
        "BASH_DEFAULT_TIMEOUT_MS",
        "BASH_MAX_OUTPUT_LENGTH",
        "BASH_MAX_TIMEOUT_MS",
        "COLORTERM",
        "IS_SANDBOX",
        "LANG",
        "LANGUAGE",
        "NO_COLOR",
        "TERM",
        "TZ",
    }
)
USUAL_FAMILIES = ("CLAUDE_", "DISABLE_", "LC_")
SECRET_WORDS = ("AUTH", "CREDENTIAL", "KEY", "PASS", "SECRET", "TOKEN")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DEVICES = ("full", "null", "random", "tty", "urandom", "zero")
CLONE_NEWNS = 0x20000
MS_RDONLY, MS_NOSUID, MS_REMOUNT, MS_BIND, MS_REC, MS_SLAVE = 1, 2, 32, 4096, 16384, 1 << 19
PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def main(arguments: list[str]) -> int:
    """Start the program; returns only if it could not, or (KIND `folder`) with its status."""
    lock, epoch, tmp, home, kind, names, *command = arguments
    inherited = os.environ  # noqa: TID251 - the one place that hands an environment on
    # Whoever started this may be gone already; only who knows its name can tell.
    parent = int(inherited.get("CARREL_GATEWAY") or os.getppid())
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    held = hold(lock) if os.getppid() == parent else None
    if held is None:
        sys.stderr.write("another process of this session is still running\n")
        return os.EX_TEMPFAIL
    if not newest(f"{lock}.epoch", int(epoch)):
        sys.stderr.write("another host has this session now\n")
        return os.EX_TEMPFAIL
    empty(tmp)
    os.mkdir(home, 0o700)  # noqa: PTH102 - pathlib would double the start
    environment = allowed(inherited, frozenset(names.split(","))) | {"HOME": home}
    if kind == "walls":
        become(command, held, environment)
    environment |= {"TMPDIR": tmp, "PATH": inherited.get("PATH", SYSTEM_PATH)}
    return look_after(command, environment, parent)


def hold(path: str) -> int | None:
    """The descriptor of the locked file; None if another process held it for 10 s."""
    held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    signal.signal(signal.SIGALRM, _too_late)
    signal.setitimer(signal.ITIMER_REAL, WAIT_S)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
    except TimeoutError:
        return None
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.ftruncate(held, 0)
    return held


def newest(path: str, epoch: int) -> bool:
    """Whether nobody with a higher epoch was here. It is written down, under the lock, whole."""
    if epoch == 0:
        return True
    known = 0
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123 - pathlib would double the start
            known = int(file.read())
    except FileNotFoundError:
        pass
    if known < epoch:
        with open(f"{path}.new", "w", encoding="ascii") as file:  # noqa: PTH123 - as above
            file.write(str(epoch))
        os.replace(f"{path}.new", path)  # noqa: PTH105 - as above
    return known <= epoch


def _too_late(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def empty(folder: str) -> None:
    """Throw away what an earlier process left; links are removed, never followed."""
    for here, folders, _ in os.walk(folder):
        for path in (f"{here}/{name}" for name in folders):
            if not os.path.islink(path):  # noqa: PTH114 - pathlib would double the start
                _try(os.chmod, path, 0o700)
    for here, folders, files in os.walk(folder, topdown=False):
        for path in (f"{here}/{name}" for name in (*files, *folders)):
            _ = _try(os.unlink, path) or _try(os.rmdir, path)


def _try(deed: Callable[..., None], *arguments: str | int) -> bool:
    try:
        deed(*arguments)
    except OSError:
        return False
    return True


def allowed(environment: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    """The variables that pass: those that are named, and usual ones that hold no secret."""
    return {
        name: value
        for name, value in environment.items()
        if name in names or name in USUAL or _is_harmless(name)
    }


def _is_harmless(name: str) -> bool:
    return name.startswith(USUAL_FAMILIES) and not any(word in name for word in SECRET_WORDS)


def become(command: list[str], held: int, environment: dict[str, str]) -> NoReturn:
    """Turn this process into bwrap. The environment that bwrap begins with is all there is inside.

    bwrap's outer process keeps the lock until every process inside has ended (the kernel ends the
    pid namespace before bwrap hears of the end), and lets none of them have it.
    """
    if os.geteuid() == 0:
        guard_devices()
    os.set_inheritable(held, True)
    inside = environment | {"TMPDIR": "/tmp", "PATH": SYSTEM_PATH}  # noqa: S108 - the session's own
    os.execve(command[0], with_descriptors(command, held), inside)  # noqa: S606 - no shell is wanted


def with_descriptors(command: list[str], held: int) -> list[str]:
    """The same command, with bwrap's own arguments in a file: they are long and name places."""
    end = command.index("--")
    rules = os.memfd_create("rules", 0)
    os.write(rules, "\0".join(command[1:end]).encode())
    os.lseek(rules, 0, os.SEEK_SET)
    given = ["--json-status-fd", str(held), "--args", str(rules)]
    return [command[0], *given, *command[end:]]


def guard_devices() -> None:
    """Make the devices' names read-only for what follows: root's session owns them otherwise.

    It could not damage a device, but take `/dev/null` away from the whole host. bwrap cannot do
    this: what it mounts read-only is no device any more.
    """
    if sys.platform == "linux":
        _system_call("unshare", CLONE_NEWNS)
        _system_call("mount", b"none", b"/", None, MS_REC | MS_SLAVE, None)
        for name in DEVICES:
            path = f"/dev/{name}".encode()
            _system_call("mount", path, path, None, MS_BIND, None)
            _system_call(
                "mount", None, path, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, None
            )


def _system_call(name: str, *arguments: int | bytes | None) -> None:
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        why = os.strerror(ctypes.get_errno())
        raise SystemExit(f"root cannot build a session's walls here ({name}: {why})")


def look_after(command: list[str], environment: dict[str, str], parent: int) -> int:
    """Run the program; when it or Carrel ends, end every process that descends from it."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    # A signal must not end this process while the child has nobody yet to pass it on.
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.execve(command[0], command, environment)  # noqa: S606 - no shell is wanted
    _pass_signals_to(child)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    _prctl(PR_SET_PDEATHSIG, signal.SIGHUP)
    if os.getppid() != parent:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    _end_descendants()
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _pass_signals_to(child: int) -> None:
    def forward(number: int, _frame: FrameType | None) -> None:
        # a second signal may come when the child has ended and the others are being ended
        _try(os.kill, child, signal.SIGKILL if number == signal.SIGHUP else number)

    for number in PASSED_ON:
        signal.signal(number, forward)


def _end_descendants() -> None:
    # As the subreaper this process inherits every orphan, so killing its children until it has
    # none ends the whole tree, whatever process groups the tree has made.
    while True:
        for child in _children():
            os.kill(child, signal.SIGKILL)
        try:
            os.wait()
        except ChildProcessError:
            return


def _children() -> list[int]:
    me = os.getpid()
    try:
        with open(f"/proc/{me}/task/{me}/children", encoding="ascii") as listing:  # noqa: PTH123 - as above
            return [int(pid) for pid in listing.read().split()]
    except OSError:
        return []


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        _system_call("prctl", option, value, 0, 0, 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
