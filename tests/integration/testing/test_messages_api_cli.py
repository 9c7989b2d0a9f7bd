"""The real CLI works against the fake Messages API as it does against the real one."""

from __future__ import annotations

import asyncio
import json
import os  # the CLI needs the PATH of whoever runs the tests
import sys
from dataclasses import dataclass
from pathlib import Path

import claude_agent_sdk
import pytest

from carrel.testing.messages_api import FakeMessagesApi

pytestmark = pytest.mark.cli

CLI = Path(claude_agent_sdk.__file__).parent / "_bundled" / "claude"
BASH = ("--permission-mode", "default", "--allowedTools", "Bash")
QUIET = (
    "DISABLE_TELEMETRY",
    "DISABLE_ERROR_REPORTING",
    "DISABLE_AUTOUPDATER",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
)
LIMIT_S = 60


@dataclass(frozen=True, slots=True)
class Desk:
    """A home and a workspace for the CLI, and the API it talks to."""

    api: FakeMessagesApi
    root: Path

    @property
    def work(self) -> Path:
        return self.root / "work"

    async def ask(self, prompt: str, *flags: str, **env: str) -> list[dict]:
        """Run one prompt; the rows of its output."""
        process = await asyncio.create_subprocess_exec(
            *(str(CLI), "-p", prompt, "--output-format", "stream-json", "--verbose", *flags),
            cwd=self.work,
            env={**self.environment(), **env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), LIMIT_S)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return [json.loads(line) for line in output.splitlines()]

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "CLAUDE_CONFIG_DIR": str(self.root / "config"),
            "ANTHROPIC_BASE_URL": self.api.url,
            "ANTHROPIC_API_KEY": "invented",
            **dict.fromkeys(QUIET, "1"),
        }


@pytest.fixture
async def desk(tmp_path: Path):
    (tmp_path / "work").mkdir()
    async with FakeMessagesApi() as api:
        yield Desk(api, tmp_path)


def result(rows: list[dict]) -> str:
    """The final text of a run that ended well."""
    last = rows[-1]
    assert (last["type"], last["is_error"]) == ("result", False), last
    return last["result"]


def kinds(rows: list[dict]) -> list[str]:
    return [row.get("subtype", row["type"]) for row in rows]


async def test_plain_text_comes_back(desk: Desk) -> None:
    assert result(await desk.ask("hello there")) == "echo: hello there"
    assert desk.api.last_prompt == "hello there"
    assert desk.api.requests[-1].key == "invented"
    assert desk.api.requests[-1].session


async def test_a_command_runs(desk: Desk) -> None:
    assert result(await desk.ask("TOOL Bash: pwd", *BASH)) == f"done: {desk.work.resolve()}"


async def test_two_commands_run_one_after_the_other(desk: Desk) -> None:
    typed = "TOOL Bash: echo one > a\nTOOL Bash: cat a\nSAY fin"
    assert result(await desk.ask(typed, *BASH)) == "fin"
    assert len(desk.api.requests) == 3
    assert [r.text for r in desk.api.requests[-1].conversation.results][-1] == "one"


async def test_parallel_commands_are_one_message(desk: Desk) -> None:
    rows = await desk.ask("TOOL Bash: echo a\n& TOOL Bash: echo b", *BASH)
    assert result(rows) == "done: a | b"
    assert len(desk.api.requests) == 2


async def test_the_file_tools_work_in_the_workspace(desk: Desk) -> None:
    typed = "TOOL Write n.txt hi you\nTOOL Edit n.txt hi => ho\nTOOL Read n.txt\nSAY ok"
    assert result(await desk.ask(typed, "--permission-mode", "acceptEdits")) == "ok"
    assert (desk.work / "n.txt").read_text() == "ho you"


async def test_an_overloaded_api_is_asked_again(desk: Desk) -> None:
    rows = await desk.ask("ERR 529 2\nSAY at last")
    assert result(rows) == "at last"
    assert kinds(rows).count("api_retry") == 2


async def test_an_error_event_is_recovered_from(desk: Desk) -> None:
    assert result(await desk.ask("SSEERR\nSAY at last")) == "at last"
    assert len(desk.api.requests) == 2


async def test_a_rate_limit_ends_the_turn(desk: Desk) -> None:
    last = (await desk.ask("RATELIMIT", CLAUDE_CODE_MAX_RETRIES="0"))[-1]
    assert (last["is_error"], last["api_error_status"]) == (True, 429)


@pytest.mark.parametrize("directive", ["MAXTOK", "REFUSE"])
async def test_the_cli_goes_on_after_a_stop_reason(desk: Desk, directive: str) -> None:
    rows = await desk.ask(f"{directive}\nSAY part")
    assert result(rows) == "part"
    assert len(desk.api.requests) == 2


async def test_a_megabyte_of_text_arrives(desk: Desk) -> None:
    assert len(result(await desk.ask("BIG 1000000"))) == 1_000_000


async def test_a_cut_stream_ends_in_an_answer_that_is_not_streamed(desk: Desk) -> None:
    rows = await desk.ask("CUT\nSAY at last", CLAUDE_CODE_MAX_RETRIES="1")
    assert result(rows) == "at last"
    streamed = [request.body.get("stream") for request in desk.api.requests]
    assert streamed[0] is True
    assert streamed[-1] is not True


async def test_a_resumed_session_recalls_and_a_new_one_does_not(desk: Desk) -> None:
    rows = await desk.ask("remember the word kiwi")
    resumed = await desk.ask("RECALL", "--resume", rows[-1]["session_id"])
    assert result(resumed) == "recall: kiwi"
    assert result(await desk.ask("RECALL")) == "recall: nothing"


async def test_memory_is_seen_by_every_session(desk: Desk) -> None:
    memory = desk.root / "memory"
    memory.mkdir()
    (memory / "MEMORY.md").write_text("word: plum\n")
    flags = ("--settings", json.dumps({"autoMemoryDirectory": str(memory)}))
    assert result(await desk.ask("RECALL", *flags)) == "recall: memory:plum"


async def test_side_requests_disturb_nothing(desk: Desk) -> None:
    rows = await desk.ask("hello", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="")
    assert result(rows) == "echo: hello"


async def test_a_wrong_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    async with FakeMessagesApi(require_key="another") as api:
        rows = await Desk(api, tmp_path).ask("hello", CLAUDE_CODE_MAX_RETRIES="0")
    assert (rows[-1]["is_error"], rows[-1]["api_error_status"]) == (True, 401)


async def test_leaving_ends_a_hanging_request_in_time(tmp_path: Path) -> None:
    async with FakeMessagesApi() as api:
        _, writer = await asyncio.open_connection("127.0.0.1", api.port)
        body = json.dumps({"messages": [{"role": "user", "content": "HANG"}]}).encode()
        head = f"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        await asyncio.wait_for(api.until_requests(1), LIMIT_S)
        leaving = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - leaving < 3
    writer.close()
    await writer.wait_closed()


async def test_the_demo_remembers_across_sessions(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    memory = tmp_path / "memory"
    flags = ("--settings", json.dumps({"autoMemoryDirectory": str(memory)}))
    allowed = (*flags, "--permission-mode", "acceptEdits", "--allowedTools", "Bash,Write,Read")
    async with FakeMessagesApi(demo=True) as api:
        desk = Desk(api, tmp_path)
        assert "kiwi" in result(await desk.ask("Please remember the word kiwi", *allowed))
        assert "fig" in result(await desk.ask("remember the word fig", *allowed))
        assert (memory / "MEMORY.md").read_text() == "word: kiwi\nword: fig\n"
        assert "kiwi, fig" in result(await desk.ask("what do you remember?", *allowed))
        await desk.ask("write a file notes.txt with buy tea", *allowed)
        assert "notes.txt" in result(await desk.ask("show me the files", *allowed))
        assert "not Claude" in result(await desk.ask("how are you?", *allowed))


async def test_it_runs_as_a_process_with_a_ledger(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    module = ("-m", "carrel.testing.messages_api", "--port", "0", "--log", str(ledger))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *module, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
    assert line.startswith("listening on http://127.0.0.1:")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(line.rsplit(":", 1)[1]))
    writer.write(b"GET /api/hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert b"200 OK" in await reader.read()
    writer.close()
    await writer.wait_closed()
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 20) == 0
    assert json.loads(ledger.read_text())["path"] == "/api/hello"
