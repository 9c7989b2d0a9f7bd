"""What a person may know of how the operator has set the house up."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from carrel.core.approvals import visible
from carrel.core.messages import Menu, Notice
from carrel.core.model import Route
from carrel.ports.platform import Finding

MOST = 1_500
"""Characters, so that a chat shows it whole."""

ELSEWHERE = (
    "`carrel doctor` on Carrel's machine also plays a turn of the agent and examines every chat "
    "network, channel by channel."
)
CUT = "… `carrel doctor` tells the rest."
NONE = "This session has no project: its files are its own, and no rule of carrel.toml names one."
SHARED = "It shares its session with other conversations, and such a session has no project."
HOW = "An owner binds this conversation with /project NAME, the operator any in carrel.toml."

_KINDS = {
    "project": "in its own folder, as every session that is bound so",
    "worktree": "in a copy of its own, which /worktree merges or lets go of",
}


def examined(findings: Iterable[Finding], redact: Callable[[str], str]) -> Notice:
    """What is not well with its mend, then what is; the secrets that Carrel knows are taken out."""
    found = tuple(findings)
    faults = [one for one in found if not one.well]
    well = ", ".join(dict.fromkeys(one.what for one in found if one.well))
    lines = [redact(visible(line)) for one in faults for line in _lines(one)]
    text = "\n".join(lines)
    text = text if len(text) <= MOST else f"{text[:MOST]}\n{CUT}"
    parts = [text or "All is well.", f"Well: {well}." if well else "", ELSEWHERE]
    return Notice("\n".join(filter(None, parts)), "warning" if faults else "info")


def _lines(finding: Finding) -> tuple[str, ...]:
    mend = (f"  {finding.mend}",) if finding.mend else ()
    return (f"✗ {finding.what}: {finding.said}", *mend)


def project(route: Route, listed: tuple[str, ...]) -> Notice | Menu:
    """Which project a conversation works on, how, and by which rule; and which are listed."""
    others = f"Listed: {', '.join(listed)}." if listed else "The operator has listed no project."
    if route.project is None:
        asked_for = any(setting == "project" for setting, _ in route.said_for)
        return Notice(f"{SHARED if asked_for else NONE}\n{others} {HOW}")
    place = dict(route.said_for).get("project", "")
    said = f"This session works on the project {route.project}, {_KINDS[route.workspace]}."
    why = f"The rule for {place} in carrel.toml says so."
    work = (("The work", "/worktree"),) if route.workspace == "worktree" else ()
    return Menu(f"{said} {why}\n{others} {HOW}", (("What was changed", "/diff"), *work))
