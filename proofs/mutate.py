"""`python -m proofs.mutate`: whether a test fails when the code is wrong.

Each function of what matters most is changed in one small place at a time, and its tests run. A
change that no test sees must stand in `survivors.txt` with its reason. The tests run in a fork of
this process, in which everything is imported already.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import inspect
import io
import math
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from proofs.mutants import Mutant, install, mutants, unchanged
from proofs.published import publish

ROOT = Path(__file__).parents[1]
SURVIVORS = Path(__file__).with_name("survivors.txt")
BAR = 0.9
TARGETS: Mapping[str, tuple[str, ...]] = {
    "core.admission": ("core/test_admission.py", "core/test_jobs.py"),
    "core.routing": ("core/test_routing.py", "core/test_admission.py"),
    "core.pairing": ("core/test_pairing.py",),
    "core.guests": ("core/test_guests.py",),
    "core.approvals": ("core/test_approvals.py",),
    "core.requests": ("core/test_requests.py", "test_core_requests.py"),
    "runtime.intake": (
        *("runtime/test_intake.py", "runtime/test_guestbook.py", "runtime/test_audit.py"),
        *("runtime/test_job_places.py", "test_runtime_intake.py"),
    ),
    "runtime.outbox": ("runtime/test_outbox.py", "test_runtime_outbox.py"),
    "stores.entering": (
        "stores/test_entering.py",
        "../contract/test_store.py::TestSqliteStore",
    ),
    "workspaces.files": ("workspaces/test_files.py",),
    "engines.claude.walls": ("engines/claude/test_walls.py",),
}
"""Modules of `carrel`, and which tests look at them, below tests/unit."""

KILLED = (int(pytest.ExitCode.TESTS_FAILED), -signal.SIGALRM, -signal.SIGVTALRM)
"""How a test ends that sees a change; one that never ends is killed by a clock: of time, or of
the processor, for a loop that swallows whatever is raised in it."""

QUIET = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly")


def main(arguments: Sequence[str] | None = None) -> None:
    """Try every change; status 1 where one survives that is not listed, or too many do."""
    parser = argparse.ArgumentParser(prog="python -m proofs.mutate", description=__doc__)
    parser.add_argument("--only", choices=[*TARGETS], action="append", help="some modules only")
    given = parser.parse_args(arguments)
    names, reasons = given.only or [*TARGETS], _listed()
    began, tried, survived = time.monotonic(), 0, list[str]()
    for name in names:
        count, of_this = _tried(name)
        tried, survived = tried + count, survived + of_this
    fresh = [one for one in survived if one not in reasons]
    gone = [one for one in reasons if one.split(" ")[0] in names and one not in survived]
    for one in gone:
        _say(f"listed, but killed or not there any more: {one}")
    share = 1 - len(survived) / tried
    line = f"mutate: {tried} mutants, {share:.1%} killed, {len(fresh)} survive unexplained"
    _say(line)
    failed = bool(fresh or gone or share < BAR)
    if not (failed or given.only):
        publish("mutate", line, time.monotonic() - began)
    sys.exit(failed)


def _tried(name: str) -> tuple[int, list[str]]:
    """How many changes of a module there are, and which of them survived."""
    began, count, survived = time.monotonic(), 0, list[str]()
    _warm(name)
    patience = _patience(name)
    for mutant, passed in _passed(name, patience):
        count += 1
        if passed:
            survived.append(mutant.name)
            _say(f"survived: {mutant.name}")
    took = time.monotonic() - began
    _say(f"{name}: {count - len(survived)} of {count} killed, {took:.0f} s")
    return count, survived


def _patience(name: str) -> int:
    """Seconds after which tests that still run will never end: many times what they need."""
    began = time.monotonic()
    if not survives(name, unchanged(_file(name))):
        raise RuntimeError(f"the tests of {name} fail as it is")
    return math.ceil(10 + 5 * (time.monotonic() - began))


def _passed(name: str, patience: int) -> Iterator[tuple[Mutant, bool]]:
    """Every change, and whether the tests pass with it; on each processor one is tried."""
    running = dict[int, Mutant]()
    for mutant in mutants(_file(name), name):
        if len(running) == len(os.sched_getaffinity(0)):
            yield _ended(running)
        running[_fork(name, mutant, patience)] = mutant
    while running:
        yield _ended(running)


def _ended(running: dict[int, Mutant]) -> tuple[Mutant, bool]:
    child, status = os.wait()
    mutant = running.pop(child)
    return mutant, _has_passed(mutant, status)


def _warm(name: str) -> None:
    """Everything is imported once; each fork has it then."""
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*QUIET, "--collect-only", *_tests(name)])


def _tests(name: str) -> list[str]:
    return [str(ROOT / "tests/unit" / test) for test in TARGETS[name]]


def _listed() -> dict[str, str]:
    """The survivors that are known, each with its reason in the line below it."""
    lines = [
        line for line in SURVIVORS.read_text("utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    return dict(zip(lines[::2], lines[1::2], strict=True))


def survives(name: str, mutant: Mutant) -> bool:
    """Whether the tests of a module pass all the same. RuntimeError where they cannot be run."""
    child = _fork(name, mutant, 120)
    return _has_passed(mutant, os.waitpid(child, 0)[1])


def _fork(name: str, mutant: Mutant, patience: int) -> int:
    child = os.fork()
    if child == 0:
        _die_of(name, mutant, patience)
    return child


def _has_passed(mutant: Mutant, status: int) -> bool:
    ended = os.waitstatus_to_exitcode(status)
    if ended not in (0, *KILLED):
        raise RuntimeError(f"the tests end in status {ended}: {mutant.name}")
    return ended == 0


def _die_of(name: str, mutant: Mutant, patience: int) -> None:
    signal.alarm(patience)
    signal.setitimer(signal.ITIMER_VIRTUAL, patience)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    module = importlib.import_module(f"carrel.{name}")
    install(mutant.code, dict(_functions_of(module)))
    one = f"timeout={patience}"  # the plug-in's clock, which takes the place of the alarm
    os._exit(int(pytest.main([*QUIET, "-o", one, *_tests(name)])))


def _functions_of(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """Every function and method that is written in the module, by its qualified name."""
    held = [*vars(module).values()]
    for thing in held:
        if inspect.isclass(thing) and thing.__module__ == module.__name__:
            held += vars(thing).values()
        wrapped = thing.fget if isinstance(thing, property) else thing
        function = getattr(wrapped, "__func__", wrapped)
        function = getattr(function, "__wrapped__", function)  # as a context manager's
        if isinstance(function, FunctionType) and function.__module__ == module.__name__:
            yield function.__qualname__, function


def _file(name: str) -> Path:
    return ROOT / "src/carrel" / f"{name.replace('.', '/')}.py"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
