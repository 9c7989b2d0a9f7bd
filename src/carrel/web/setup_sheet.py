"""A form for setting Carrel up, under way: what it was made for, and what comes of it."""

from __future__ import annotations

import asyncio
import difflib
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import Markup

from carrel.core.errors import ConfigError
from carrel.ports.changes import Change
from carrel.setting_up import networks
from carrel.setting_up.draft import Draft
from carrel.settings import replacing
from carrel.settings.live import LiveSettings
from carrel.telemetry import Redactor
from carrel.web import setup_form
from carrel.web.markdown import MOST_DIFF, code_block
from carrel.web.setup_form import Filled
from carrel.web.setup_looks import Seen


@dataclass(frozen=True, slots=True)
class Ground:
    """What setting up changes. `take`: what carrel.toml says now holds from here on.

    `redactor` takes each secret that is given out of every log.
    """

    home: Path
    environ: Mapping[str, str]
    live: LiveSettings
    take: Callable[[], None]
    redactor: Redactor

    async def draft(self) -> Draft:
        """The settings as they are. Raises ConfigError where they have a fault."""
        return await asyncio.to_thread(Draft, self.home, self.environ, self.redactor.hide)

    async def write(self, draft: Draft) -> Change:
        """Write it; what holds at once is taken over. Raises ConfigError as `Draft.write` does."""
        change = await asyncio.to_thread(draft.write, self.live.replace)
        self.take()
        return change

    def difference(self, draft: Draft) -> Markup:
        """What of carrel.toml changes; empty where nothing does."""
        before, after = (draft.held or "").splitlines(), draft.text.splitlines()
        lines = list(difflib.unified_diff(before, after, lineterm=""))[2:]
        text = self.redactor.text("\n".join(lines))
        html = code_block(text, "diff", "carrel.toml", MOST_DIFF) if lines else ""
        return Markup(html)  # noqa: S704 - escaped there


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form under way: what was seen, its handle, what is filled in, of which carrel.toml."""

    seen: Seen
    handle: str
    filled: Filled
    version: str


class Unfit(Exception):
    """Nothing can be written. `faults`: a sentence for each field; "" is all of it."""

    def __init__(self, sheet: Sheet, faults: Mapping[str, str], status: int = 400) -> None:
        super().__init__(*faults.values())
        self.sheet, self.faults, self.status = sheet, faults, status


async def drafted(ground: Ground, sheet: Sheet) -> Draft:
    """What would be written, whole and accepted as `carrel check` accepts it. Raises Unfit."""
    try:
        draft = await ground.draft()
    except ConfigError as error:
        raise Unfit(sheet, {"": str(error)}) from error
    if version(draft) != sheet.version:
        newer = replace(sheet, version=version(draft))
        raise Unfit(newer, {"": replacing.CHANGED}, 409)
    if faults := await asyncio.to_thread(_filled_in, draft, sheet):
        raise Unfit(sheet, faults)
    return draft


def _filled_in(draft: Draft, sheet: Sheet) -> Mapping[str, str]:
    """All of the form into the draft; a sentence for each field that cannot be."""
    seen = sheet.seen
    try:
        draft.knows(*seen.survey.places, *seen.survey.people, *seen.survey.groups)
        if seen.network is not None:
            networks.begin(draft, seen.name)
        for secret, value in seen.values.items():
            networks.keep(draft, seen.name, secret, value)
        faults = setup_form.put(draft, seen, sheet.filled)
        _ = draft.settings
    except ConfigError as error:
        return {"": str(error)}
    return faults


def version(draft: Draft) -> str:
    """What a form was made for: a digest of carrel.toml; empty where there is none."""
    return "" if draft.held is None else hashlib.sha256(draft.held.encode()).hexdigest()
