"""Each way to reach the world has one owner: beyond what lint can see."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

import excused

from house import File, complaint, source_files

OWNERS: dict[str, tuple[str, ...]] = {
    "print": ("cli/",),
    "os.environ": ("settings/places.py",),
    "os.getenv": ("settings/places.py",),
    "os.putenv": ("settings/places.py",),
    "create_task": ("tasks.py",),
    "ensure_future": ("tasks.py",),
}
"""What may be used where, and nowhere else below src/carrel."""

TIMED: frozenset[str] = frozenset({"asyncio.sleep", "time.monotonic", "time.time", "time.sleep"})
"""The Clock's business: core and runtime ask it, so that tests can hold it."""


def groups(nodes: Iterable[ast.AST]) -> set[str]:
    """Names of task groups: a group keeps its tasks, awaits them and passes their errors on."""
    return {
        item.optional_vars.id
        for node in nodes
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if ast.unparse(item.context_expr).endswith("TaskGroup()")
        and isinstance(item.optional_vars, ast.Name)
    }


def uses(nodes: Collection[ast.AST]) -> Iterator[tuple[int, str]]:
    """Every dotted name and bare call, and what is imported by name: `from os import environ`."""
    own = groups(nodes)
    for node in nodes:
        match node:
            case ast.Attribute(attr="create_task", value=ast.Name(id=name)) if name in own:
                continue
            case ast.Attribute():
                dotted = ast.unparse(node)
                yield from {(node.lineno, dotted), (node.lineno, node.attr)}
            case ast.ImportFrom(module=str(module), names=names):
                for alias in names:
                    yield node.lineno, f"{module}.{alias.name}"
                    yield node.lineno, alias.name
            case ast.Call(func=ast.Name(id=name)):
                yield node.lineno, name


def banned_uses(file: File) -> list[str]:
    """What `file` uses and does not own."""
    faults = []
    for line, name in sorted(set(uses(file.nodes))):
        owners = OWNERS.get(name)
        if owners is not None and not file.below(*owners):
            faults.append(f"{file.path}:{line} {name} belongs to {', '.join(owners)}")
        if name in TIMED and file.below("core/", "runtime/") and not file.below("runtime/clock.py"):
            faults.append(f"{file.path}:{line} {name} belongs to the Clock")
    return faults


def all_banned_uses() -> list[str]:
    return [fault for file in source_files() for fault in banned_uses(file)]


def test_the_world_is_reached_through_its_owners() -> None:
    faults = excused.judged(excused.CALLS, all_banned_uses())
    assert not faults, complaint("used outside the one place that owns it:", faults)


def planted(path: str, text: str) -> list[str]:
    return banned_uses(File(f"src/carrel/{path}", text))


def test_what_goes_round_an_owner_is_found() -> None:
    assert planted("web/x.py", "print('x')")
    assert planted("web/x.py", "import os\nx = os.environ['HOME']")
    assert planted("web/x.py", "from os import environ")
    assert planted("web/x.py", "from os import getenv as g")
    assert planted("runtime/actor.py", "loop.create_task(work())")
    assert planted("runtime/actor.py", "asyncio.get_running_loop().create_task(work())")
    assert planted("runtime/actor.py", "await asyncio.sleep(1)")
    assert planted("core/view.py", "import time\nnow = time.time()")


def test_owners_may_use_what_is_theirs() -> None:
    assert not planted("cli/status.py", "print('x')")
    assert not planted("settings/places.py", "import os\nx = os.environ")
    assert not planted("tasks.py", "asyncio.create_task(work())")
    assert not planted("runtime/clock.py", "await asyncio.sleep(1)")
    assert not planted("web/x.py", "tasks.start(work())")
    group = "async def f():\n    async with asyncio.TaskGroup() as g:\n        g.create_task(w())\n"
    assert not planted("web/x.py", group)
