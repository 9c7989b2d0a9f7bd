"""What the files of the home and the machine itself say: settings, walls, jobs, the login."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from carrel.core.errors import Refused
from carrel.engines.claude.login import ADVICE, find_login
from carrel.ports.platform import Finding
from carrel.runtime.clock import SystemClock
from carrel.settings import places
from carrel.settings.jobs import JobFolder
from carrel.settings.tables import Settings
from carrel.workspaces.walls import Walls


async def local_findings(
    home: Path, settings: Settings, environ: Mapping[str, str]
) -> tuple[Finding, ...]:
    """What can be said without asking anybody outside this machine."""
    file = home / "carrel.toml"
    said = str(file) if file.exists() else f"the defaults; there is no {file}"
    read = Finding("settings", well=True, said=f"ok    {said}")
    if settings.walls.isolation == "strict":
        try:
            await Walls(()).check()
            walls = Finding("walls", well=True, said="ok    strict, by bubblewrap")
        except Refused as error:
            walls = Finding("walls", well=False, said="none  cannot be built", mend=str(error))
    else:
        bare = "none  sessions can read each other's folders"
        walls = Finding("walls", well=False, said=bare)
    jobs = _jobs(home, settings)
    kind = find_login(environ, places.login_home(environ)).kind
    if kind == "none":
        return read, walls, *jobs, Finding("login", well=False, said="none", mend=ADVICE)
    return read, walls, *jobs, Finding("login", well=True, said=f"ok    {kind}")


def _jobs(home: Path, settings: Settings) -> tuple[Finding, ...]:
    platforms, jobs_say = ("console", *settings.platforms), settings.schedules
    folder = JobFolder(
        home / "jobs", platforms, jobs_say.notify_to, SystemClock(), jobs_say.timezone
    )
    found = folder.read()
    faults = (Finding("job", well=False, said=fault) for fault in found.faults.values())
    if found.jobs:
        said = f"ok    {', '.join(job.name for job in found.jobs)}"
        return (Finding("jobs", well=True, said=said), *faults)
    return tuple(faults)
