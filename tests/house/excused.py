"""The excused places, all in one list, each with its reason.

A key is the beginning of the complaint without its line number. A place that needs no excuse any
more must leave the list.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

SIZES: Mapping[str, str] = {
    "src/carrel/core/effects.py": "one union of values; in pieces nobody would find its members",
    "src/carrel/core/events.py": "one union of values; in pieces nobody would find its members",
    "src/carrel/core/model.py": "the nouns that tie one another together; none stands alone",
}

NAMES: Mapping[str, str] = {
    "src/carrel/core/model.py channel": "a part of the Conversation's address",
    "src/carrel/core/admission.py bots": "a Sender is a person or a bot on a platform",
    "src/carrel/core/model.py is_bot": "a Sender is a person or a bot on a platform",
}

CALLS: Mapping[str, str] = {
    "src/carrel/engines/tasks.py create_task": "engines may not know runtime; their one place",
    "src/carrel/testing/messages_api/server.py create_task": "a fixture may leave in another task "
    "than the one that entered, so that no group can hold it",
    "src/carrel/workspaces/launcher.py os.environ": "a program of its own, run in the session",
}

STATE: Mapping[str, str] = {}

ELSEWHERE: Mapping[str, str] = {
    "src/carrel/ports/": "tests/contract",
    "src/carrel/testing/store_conformance/": "tests/contract/test_store.py",
    "src/carrel/testing/engine_conformance.py": "tests/contract/test_engine.py",
    "src/carrel/testing/workspace_conformance.py": "tests/contract/test_workspace.py",
    "src/carrel/testing/loopback.py": "tests/integration/testing",
    "src/carrel/testing/method_faults.py": "tests/integration/testing",
    "src/carrel/testing/moving.py": "tests/integration/testing",
    "src/carrel/testing/discord/": "tests/integration/testing/discord",
    "src/carrel/testing/slack/": "tests/integration/testing/slack",
    "src/carrel/testing/telegram/": "tests/integration/testing/telegram",
    "src/carrel/testing/messages_api/": "tests/integration/testing/test_messages_api_cli.py",
    "src/carrel/runtime/looking_up.py": "tests/unit/runtime/test_hands.py",
    "src/carrel/testing/house.py": "tests/unit/runtime/test_actor.py",
    "src/carrel/testing/clock.py": "tests/unit/runtime/test_actor.py",
    "src/carrel/testing/platform_conformance.py": "tests/contract",
    "src/carrel/platforms/discord/__init__.py": "tests/contract/test_platform_discord.py",
    "src/carrel/platforms/discord/client.py": "tests/integration/platforms/discord",
    "src/carrel/platforms/discord/hearing.py": "tests/integration/platforms/discord",
    "src/carrel/platforms/discord/link.py": "tests/integration/platforms/discord",
    "src/carrel/platforms/discord/platform.py": "tests/contract/test_platform_discord.py",
    "src/carrel/platforms/slack/__init__.py": "tests/contract/test_platform_slack.py",
    "src/carrel/platforms/slack/doctor.py": "tests/integration/platforms/slack",
    "src/carrel/platforms/slack/envelopes.py": "tests/integration/platforms/slack",
    "src/carrel/platforms/slack/guide.py": "tests/integration/platforms/slack",
    "src/carrel/platforms/slack/hearing.py": "tests/integration/platforms/slack",
    "src/carrel/platforms/slack/link.py": "tests/integration/platforms/slack",
    "src/carrel/platforms/slack/people.py": "tests/integration/platforms/slack",
    "src/carrel/platforms/slack/platform.py": "tests/integration/platforms/slack",
    "src/carrel/platforms/slack/pressing.py": "tests/integration/platforms/slack",
    "src/carrel/platforms/slack/sending.py": "tests/integration/platforms/slack",
    "src/carrel/platforms/slack/siding.py": "tests/integration/platforms/slack",
    "src/carrel/platforms/slack/wire.py": "tests/integration/platforms/slack",
    "src/carrel/platforms/telegram/__init__.py": "tests/contract/test_platform_telegram.py",
    "src/carrel/platforms/telegram/doctor.py": "tests/integration/platforms/telegram",
    "src/carrel/platforms/telegram/guide.py": "tests/integration/platforms/telegram",
    "src/carrel/platforms/telegram/hearing.py": "tests/integration/platforms/telegram",
    "src/carrel/platforms/telegram/platform.py": "tests/integration/platforms/telegram",
    "src/carrel/platforms/telegram/polling.py": "tests/integration/platforms/telegram",
    "src/carrel/platforms/telegram/pressing.py": "tests/integration/platforms/telegram",
    "src/carrel/platforms/telegram/reading.py": "tests/integration/platforms/telegram",
    "src/carrel/platforms/telegram/sending.py": "tests/integration/platforms/telegram",
    "src/carrel/platforms/telegram/siding.py": "tests/integration/platforms/telegram",
    "src/carrel/platforms/telegram/callers.py": "tests/integration/platforms/telegram",
    "src/carrel/platforms/telegram/wire.py": "tests/integration/platforms/telegram",
    "src/carrel/stores/postgres/database.py": "tests/contract/test_store.py",
    "src/carrel/stores/postgres/hints.py": "tests/integration/stores/test_hosts.py",
    "src/carrel/stores/postgres/lease.py": "tests/integration/stores/test_postgres.py",
    "src/carrel/stores/postgres/line.py": "tests/integration/stores/test_postgres_line.py",
    "src/carrel/stores/moving_sqlite.py": "tests/integration/stores/test_moving.py",
    "src/carrel/stores/postgres/moving.py": "tests/integration/stores/test_moving.py",
    "src/carrel/stores/memory_mirrors.py": "tests/contract/test_mirrors.py",
    "src/carrel/stores/postgres/reach.py": "tests/integration/stores/test_postgres.py",
    "src/carrel/stores/postgres/schema.py": "tests/integration/stores/test_postgres.py",
    "src/carrel/stores/postgres/store.py": "tests/integration/stores/test_postgres.py",
    "src/carrel/stores/postgres/tenancy.py": "tests/integration/stores/test_hosts.py",
    "src/carrel/stores/row_store.py": "tests/contract/test_store.py",
    "src/carrel/stores/rows.py": "tests/contract/test_store.py",
    "src/carrel/testing/two_hosts.py": "tests/contract/test_engine.py",
    "src/carrel/testing/postgres.py": "tests/integration/stores/test_postgres.py",
    "src/carrel/workspaces/copies.py": "tests/integration/worktrees",
    "src/carrel/workspaces/joining.py": "tests/integration/worktrees",
    "src/carrel/workspaces/worktrees.py": "tests/integration/worktrees",
    "src/carrel/__init__.py": "scripts/check_wheel.sh",
    "src/carrel/__main__.py": "scripts/check_wheel.sh",
    "src/carrel/gateway.py": "tests/acceptance",
    "src/carrel/cli/services/": "tests/acceptance/test_service.py",
    "src/carrel/cli/wizard/": "tests/acceptance/test_newcomer.py",
    "src/carrel/cli/": "tests/acceptance/test_lifecycle.py",
    "src/carrel/examining/local.py": "tests/integration/test_doctor.py",
    "src/carrel/examining/machine.py": "tests/integration/test_doctor.py",
    "src/carrel/importers/claudeclaw/doing.py": "tests/integration/importers/test_claudeclaw.py",
    "src/carrel/engines/claude/__init__.py": "tests/contract/test_engine.py",
}
"""Modules without a unit test of their own, and the tests that run them."""

UNTESTED: Mapping[str, str] = {
    "src/carrel/core/errors.py": "classes without behaviour",
    "src/carrel/core/events.py": "values without behaviour",
    "src/carrel/platforms/faults.py": "classes without behaviour",
    "src/carrel/importers/findings.py": "a value without behaviour",
}

LATER: Mapping[str, str] = {}
"""Sentences of the specification that no test cites yet, and what must be built first."""


def judged(excuses: Mapping[str, str], faults: Collection[str]) -> list[str]:
    """The faults that no excuse covers, and the excuses that have no reason or cover nothing."""
    unreasoned = [f"no reason: {key}" for key, why in excuses.items() if len(why.split()) < 3]
    useless = [f"no use: {key}" for key in needless(excuses, faults)]
    return [*without(excuses, faults), *unreasoned, *useless]


def without(excuses: Mapping[str, str], faults: Iterable[str]) -> list[str]:
    """The faults that no excuse covers."""
    return [fault for fault in faults if not any(bare(fault).startswith(key) for key in excuses)]


def bare(fault: str) -> str:
    """A complaint without its line number, so that an excuse survives an edit above it."""
    return re.sub(r"^(\S+?):\d+", r"\1", fault)


def needless(excuses: Mapping[str, str], faults: Iterable[str]) -> list[str]:
    """Excuses that cover nothing."""
    found = [bare(fault) for fault in faults]
    return [key for key in excuses if not any(fault.startswith(key) for fault in found)]
