"""What `carrel doctor --security` looks at: one check for each way in that somebody left open."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from carrel.core.model import at_least
from carrel.ports.platform import Finding
from carrel.settings.tables import Settings

OTHERS = stat.S_IRWXG | stat.S_IRWXO
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
LISTENING = "0A"
"""The state of a socket in /proc/net/tcp."""
TABLES = ("tcp", "tcp6")
LOOPBACK = ("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F")


def examine(
    home: Path, settings: Settings, user: int | None = None, net: Path = Path("/proc/net")
) -> tuple[Finding, ...]:
    """Every finding; all well where there is just one. `user`: who runs the gateway."""
    found = (
        *_account(os.getuid() if user is None else user),
        *_home(home),
        *_secrets(home, settings),
        *_rules(home),
        *_walls(settings),
        *_people(settings),
        *_freedom(settings),
        *_projects(settings),
        *_console(settings, net),
    )
    return found or (Finding("security", well=True, said="every check is passed"),)


def _fault(what: str, said: str, mend: str) -> Finding:
    return Finding(what, well=False, said=said, mend=mend)


def _account(user: int) -> Iterator[Finding]:
    if user == 0:
        said = "the gateway runs as root: what gets out of the walls owns the machine"
        yield _fault("account", said, "Run it as a user of its own.")


def _home(home: Path) -> Iterator[Finding]:
    if home.exists() and _mode(home) & OTHERS:
        said = f"{home} is open to others: it holds conversations and keys"
        yield _fault("home", said, f"chmod 700 {home}")


def _secrets(home: Path, settings: Settings) -> Iterator[Finding]:
    """Keys of our own, and the files that the platforms' tokens are in."""
    named = (
        getattr(table, key)
        for table in settings.platforms.values()
        for key in type(table).model_fields
        if key.endswith("token_file")
    )
    tokens = (home / Path(name).expanduser() for name in named if name)
    for file in (home / "console.key", home / "metrics.key", *tokens):
        if file.exists() and _mode(file) & OTHERS:
            yield _fault("secret", f"{file} can be read by others", f"chmod 600 {file}")


def _rules(home: Path) -> Iterator[Finding]:
    """Whoever writes these says who is heard and what an agent is told."""
    for file in (home / "carrel.toml", home / "CLAUDE.md", home / "jobs"):
        if file.exists() and _mode(file) & OTHERS_WRITE:
            yield _fault("rules", f"{file} can be written by others", f"chmod go-w {file}")


def _walls(settings: Settings) -> Iterator[Finding]:
    if settings.walls.isolation != "strict":
        said = 'isolation = "folder": sessions can read each other and all that you can'
        yield _fault("walls", said, 'Set isolation = "strict" in [walls].')


def _people(settings: Settings) -> Iterator[Finding]:
    people = settings.people
    listed = (people.owners, people.approvers, people.members, people.bots)
    here = (table.approvers or () for table in settings.conversations.values())
    everyone = [one for group in (*listed, *here) for one in group]
    if settings.platforms and not everyone:
        said = "a chat network is set up and nobody is listed, so nobody is heard"
        yield _fault("nobody", said, "List people in [people].")
    for role in ("owners", "approvers", "members"):
        for one in sorted(getattr(people, role)):
            if ":server:" in one:
                said = f"everybody who joins {one} is among the {role}"
                yield _fault("everybody", said, "List people or a role in [people].")
    for place, table in settings.conversations.items():
        for one in sorted(table.approvers or ()):
            if ":server:" in one:
                said = f"everybody who joins {one} may approve in {place}"
                yield _fault("everybody", said, "List people or a role there.")


def _freedom(settings: Settings) -> Iterator[Finding]:
    """Who may take the agent off its leash."""
    places = {name: table.raise_mode for name, table in settings.conversations.items()}
    for place, role in {"defaults": settings.defaults.raise_mode, **places}.items():
        if role is not None and not at_least(role, "approver"):
            said = f"in {place} every {role} may let the agent do everything unasked"
            yield _fault("raise_mode", said, 'Set raise_mode = "owner" or "approver".')


def _projects(settings: Settings) -> Iterator[Finding]:
    for name, table in settings.projects.items():
        if _mode(table.folder) & stat.S_IWOTH:
            said = f"{table.folder} of the project {name} can be written by everybody"
            yield _fault("project", said, f"chmod o-w {table.folder}")


def _console(settings: Settings, net: Path) -> Iterator[Finding]:
    """Carrel listens on loopback; something else may hand its port on."""
    port = settings.console.port
    if port and any(_is_open(row, port) for table in TABLES for row in _rows(net / table)):
        said = f"something listens on port {port} for other machines too"
        yield _fault("port", said, "Find it with `ss -tlnp`, and end it or give it a password.")


def _rows(table: Path) -> list[list[str]]:
    try:
        return [line.split() for line in table.read_text("ascii").splitlines()[1:]]
    except OSError:
        return []


def _is_open(row: list[str], port: int) -> bool:
    """A row as https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt has it."""
    address, _, number = row[1].partition(":")
    return row[3] == LISTENING and int(number, 16) == port and address not in LOOPBACK


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
