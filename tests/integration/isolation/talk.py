"""Drives the real CLI against the fake Messages API, bare or inside a session's walls."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import claude_agent_sdk
from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient, ResultMessage
from ground import CANARY, Ground

from carrel.ports.workspace import Workspace
from carrel.testing.messages_api import FakeMessagesApi

CLI = Path(claude_agent_sdk.__file__).parent / "_bundled" / "claude"
PASSED = ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
TOKEN = "token-of-the-session"
QUIET = {
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_AUTOUPDATER": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
}


def options(
    space: Workspace, program: Path, url: str, settings: dict[str, object], **more: object
) -> ClaudeAgentOptions:
    """The worst case: nothing is asked, nothing is forbidden, no hook looks."""
    environment = {
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": TOKEN,
        "CLAUDE_CONFIG_DIR": str(space.engine),
        "IS_SANDBOX": "1",
        # Stands for whatever a gateway may have in its environment.
        "CARREL_TEST_KEY": CANARY,
    }
    usual = ClaudeAgentOptions(
        cli_path=program,
        cwd=space.work,
        permission_mode="bypassPermissions",
        setting_sources=["project"],
        settings=json.dumps({"autoMemoryDirectory": str(space.memory), **settings}),
        env={**QUIET, **environment},
    )
    return replace(usual, **more)


class Talk:
    """One CLI process and what its model got to see."""

    def __init__(self, client: ClaudeSDKClient, api: FakeMessagesApi) -> None:
        self._client = client
        self._api = api
        self._known = 0
        self.session = ""

    async def ask(self, prompt: str) -> str:
        """Let the model do as the prompt says; returns what came to its eyes meanwhile."""
        await self._client.query(prompt)
        async for message in self._client.receive_response():
            if isinstance(message, ResultMessage):
                self.session = message.session_id
        body = self._api.requests[-1].body
        messages, known = body["messages"], self._known
        self._known = len(messages)
        # What the model itself said repeats what it saw, so it is left out.
        news = [message for message in messages[known:] if message["role"] != "assistant"]
        return json.dumps([news, body["system"]])


@asynccontextmanager
async def talking(
    space: Workspace, program: Path, settings: dict[str, object], **more: object
) -> AsyncIterator[Talk]:
    async with FakeMessagesApi() as api:
        client = ClaudeSDKClient(options(space, program, api.url, settings, **more))
        async with client:
            yield Talk(client, api)


def program(ground: Ground, space: Workspace, *, walls: bool) -> Path:
    """The CLI, or the launcher that runs it inside the session's walls."""
    if not walls:
        return CLI
    return ground.workspaces.walled(space, CLI, ground.read_only, PASSED)
