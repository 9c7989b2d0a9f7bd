"""A message to a live session against a fresh process per turn."""

from __future__ import annotations

import importlib.util
import json
import resource
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Measured, Say, middle, ratio, spread
from bench.listening import Talk
from bench.processes import KEY, environment, fake_model, gateway, running, scratch

ROUNDS = 12
WARM_A_ROUND = 2
STREAMED = "SLOW 20 20"
"""The fake model's directive for an answer of 20 words, 20 ms apart."""

QUIET = {
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_BUG_COMMAND": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "IS_SANDBOX": "1",
}
"""What the gateway gives its own CLI too: without it a spawned one would be slower still."""


def measure(say: Say) -> Measured:
    """warm_first_text_ms, spawn_first_text_ms: to the first words that a person can see.

    warm: the gateway as a process, the real CLI behind real walls, the fake model on loopback;
    from posting a message over the control socket to a live session until its event stream shows
    the first text (of the card, or the answer); median of 24. spawn: in the same run, one after
    every second of those, a fresh `claude -p --resume ID --output-format stream-json
    --include-partial-messages --verbose` on the same fake model, without walls, from spawn to its
    first text; median of 12. The model answers at once. Beside the table: the ratio, the whole
    answer, and the first text of an answer that comes word by word.
    """
    with scratch() as folder, fake_model() as url, gateway(folder / "home", url) as home:
        say("one session and one transcript, made ready")
        spawned, talk = Spawned.begin(folder / "spawned", url), Talk(home.home, "desk")
        talk.turn("good morning")
        warm, spawns = [], []
        for number in range(1, ROUNDS + 1):
            warm += [talk.turn(f"hello {number}.{n}") for n in range(WARM_A_ROUND)]
            spawns.append(spawned.turn(f"hello {number}"))
        say(f"{len(warm)} warm turns and {len(spawns)} spawned ones, interleaved; now streamed")
        streamed = [talk.turn(STREAMED) for _ in range(ROUNDS)]
    texts, spawn = [times.text for times in warm], [one.text for one in spawns]
    return Measured(
        {"warm_first_text_ms": middle(texts), "spawn_first_text_ms": middle(spawn)},
        (
            f"warm, first text, ms: {spread(texts)}",
            f"warm, whole answer, ms: {spread([times.answer for times in warm])}",
            f"warm, acknowledged, ms: {spread([times.accepted for times in warm])}",
            f"warm, first text of a streamed answer, ms: {spread([t.text for t in streamed])}",
            f"spawned, first text, ms: {spread(spawn)}",
            f"spawned, CPU per message, s: {spread([one.cpu for one in spawns], 2)}",
            f"a warm session is {ratio(middle(spawn), middle(texts))} faster",
        ),
    )


@dataclass(frozen=True, slots=True)
class Spawn:
    """One process: milliseconds from spawn to its first text, and its CPU seconds."""

    text: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Spawned:
    """A conversation that has a new process for every turn, as other gateways do it."""

    folder: Path
    url: str
    session: str

    @classmethod
    def begin(cls, folder: Path, url: str) -> Spawned:
        """Say the first thing, so that there is something to resume."""
        (folder / "work").mkdir(parents=True)
        conversation = cls(folder, url, str(uuid.uuid4()))
        conversation.run("good morning", "--session-id")
        return conversation

    def turn(self, text: str) -> Spawn:
        """One more turn."""
        return self.run(text, "--resume")

    def run(self, text: str, how: str) -> Spawn:
        """Spawn, read until the first text, and then to the end."""
        asked = [str(_cli()), "-p", text, how, self.session, "--output-format", "stream-json"]
        command = [*asked, "--include-partial-messages", "--verbose"]
        before, began = _children_cpu(), time.monotonic()
        with running(command, self._environment(), self.folder / "work") as lines:
            seen = next(time.monotonic() for line in lines if _has_text(line))
            for _ in lines:
                pass
            lines.process.wait()
        return Spawn(1000 * (seen - began), _children_cpu() - before)

    def _environment(self) -> dict[str, str]:
        model = {"ANTHROPIC_BASE_URL": self.url, "ANTHROPIC_API_KEY": KEY}
        own = {"CLAUDE_CONFIG_DIR": str(self.folder / "engine")}
        return environment(self.folder / "home", **QUIET, **model, **own)


def _cli() -> Path:
    """The CLI that the SDK brings: the one that the gateway drives."""
    found = importlib.util.find_spec("claude_agent_sdk")
    if found is None or found.origin is None:
        raise RuntimeError("the package claude-agent-sdk is not installed")
    return Path(found.origin).parent / "_bundled" / "claude"


def _has_text(line: str) -> bool:
    """Whether a line of the CLI's output carries words of the model."""
    match json.loads(line):
        case {"type": "stream_event", "event": {"delta": {"type": "text_delta"}}}:
            return True
        case {"type": "assistant"}:
            return True
        case _:
            return False


def _children_cpu() -> float:
    """CPU seconds of this process's children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
