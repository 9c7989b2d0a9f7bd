from __future__ import annotations

from dataclasses import dataclass, field, replace

from carrel.core.firing import Every
from carrel.core.jobs import Job
from carrel.core.model import Conversation
from carrel.core.routing import PlaceRule, Rules, resolve
from carrel.ports.schedules import Found
from carrel.runtime.job_book import JobBook

REPORT = Job("report", Every(3600), "What is new?", session="default")
RULES = Rules(answer="never", places={"discord:1": PlaceRule(answer="all")})


@dataclass
class Files:
    jobs: list[Job] = field(default_factory=lambda: [REPORT])
    faults: dict[str, str] = field(default_factory=dict)
    error: OSError | None = None
    reads: int = 0

    def changed(self) -> object:
        if self.error:
            raise self.error
        return tuple(self.jobs), tuple(self.faults)

    def read(self) -> Found:
        self.reads += 1
        return Found(tuple(self.jobs), dict(self.faults))


async def test_rules_follow_the_files() -> None:
    files = Files()
    book = JobBook(files, RULES)
    rules = book.rules
    assert resolve(REPORT.conversation, rules).trigger == "never"
    await book.refresh()
    assert resolve(REPORT.conversation, rules).key == "default"
    assert resolve(REPORT.conversation, rules).trigger == "all"
    assert rules.places["discord:1"].answer == "all"
    files.jobs = []
    await book.refresh()
    assert resolve(REPORT.conversation, rules).trigger == "never"
    assert rules.places["discord:1"].answer == "all"


async def test_what_a_job_asks_is_for_the_approvers_of_where_it_is_shown() -> None:
    """spec: 5.11"""
    named = PlaceRule(approvers=frozenset({"discord:7"}))
    shown = replace(REPORT, session="own", notify_to=Conversation("discord", "2"))
    book = JobBook(
        Files(jobs=[shown, replace(shown, name="silent", notify_to=None)]),
        replace(RULES, places={**RULES.places, "discord:2": named}),
    )
    await book.refresh()
    routes = {one.name: resolve(one.conversation, book.rules) for one in book.jobs.values()}
    assert routes["report"].approvers == named.approvers
    assert routes["silent"].approvers is None


async def test_files_are_read_only_when_one_has_changed() -> None:
    files = Files()
    book = JobBook(files, RULES)
    for _ in range(3):
        await book.refresh()
    assert files.reads == 1
    files.jobs.append(replace(REPORT, name="other"))
    await book.refresh()
    assert files.reads == 2
    assert set(book.jobs) == {"report", "other"}


async def test_a_spoilt_file_is_a_fault_and_its_name_is_kept() -> None:
    files = Files(faults={"bad": "bad.md:2: no"})
    book = JobBook(files, RULES)
    assert book.names is None, "nothing is known yet"
    await book.refresh()
    assert book.names == {"report", "bad"}
    assert dict(book.faults) == {"bad": "bad.md:2: no"}


async def test_a_folder_that_cannot_be_read_changes_nothing() -> None:
    files = Files()
    book = JobBook(files, RULES)
    await book.refresh()
    files.error = OSError("away")
    await book.refresh()
    assert set(book.jobs) == {"report"}
