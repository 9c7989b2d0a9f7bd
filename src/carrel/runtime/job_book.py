"""The jobs as their files say now, and what routing is told of their conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import structlog

from carrel.core.jobs import Job
from carrel.core.routing import PlaceRule, Rules, resolve
from carrel.ports.schedules import Found, JobFiles

log = structlog.get_logger(__name__)


class JobBook:
    """Reads the files again when one has changed; what people made in chat is told it by `keep`.

    `rules` are the operator's with those of the jobs' conversations, which change with the files.
    """

    def __init__(self, files: JobFiles, rules: Rules) -> None:
        self._seen: object = None
        self._filed: tuple[Job, ...] = ()
        self._made: tuple[Job, ...] = ()
        self._jobs: dict[str, Job] = {}
        self._all_places: dict[str, PlaceRule] = {}
        self.jobs: Mapping[str, Job] = MappingProxyType(self._jobs)
        self.renew(files, rules)
        self.faults: Mapping[str, str] = MappingProxyType({})

    def renew(self, files: JobFiles, rules: Rules) -> None:
        """Other rules of the operator's from now on; the files are read again with what they say.

        Jobs that are known keep their places until then.
        """
        self._files, self._rules, self._stale = files, rules, True
        self._place()
        self.rules = replace(rules, places=MappingProxyType(self._all_places))

    def _place(self) -> None:
        self._all_places.clear()
        self._all_places.update(self._rules.places)
        self._all_places.update((job.conversation.address, self._rule(job)) for job in self._filed)

    def _rule(self, job: Job) -> PlaceRule:
        """What it asks in a session of its own is for the approvers of where it is shown."""
        if job.notify_to is None or job.session != "own":
            return job.rule
        return replace(job.rule, approvers=resolve(job.notify_to, self._rules).approvers)

    @property
    def names(self) -> frozenset[str] | None:
        """Every job that has a file, good or not; None as long as none could be read."""
        return None if self._seen is None else frozenset((*self._jobs, *self.faults))

    async def refresh(self) -> None:
        """Look at the files; a folder that cannot be read leaves everything as it was."""
        try:
            found = await asyncio.to_thread(self._read)
        except OSError as error:
            log.warning("jobs cannot be read", error=str(error))
            return
        if found is not None:
            self._take(found)

    def keep(self, made: tuple[Job, ...]) -> None:
        """The jobs that are said in the conversations where they were made."""
        self._made = made
        self._join()

    def _join(self) -> None:
        """A file goes before what was made in chat."""
        jobs = {job.name: job for job in (*self._made, *self._filed)}
        self._jobs.clear()
        self._jobs.update(jobs)

    def _read(self) -> Found | None:
        seen = self._files.changed()
        if seen == self._seen and not self._stale:
            return None
        self._stale = False
        found = self._files.read()
        self._seen = seen
        return found

    def _take(self, found: Found) -> None:
        for name, fault in found.faults.items():
            if self.faults.get(name) != fault:
                log.error("no job", fault=fault)
        self.faults, self._filed = found.faults, found.jobs
        self._join()
        self._place()
        if found.jobs:
            log.info("jobs read", jobs=sorted(self._jobs))
