"""Tools that Carrel gives the engine, served in this process."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from carrel.core.errors import CarrelError
from carrel.core.wishes import ASKED
from carrel.engines.claude.options import SERVER
from carrel.engines.claude.serving import Serving
from carrel.ports.workspace import Workspace, Workspaces

if TYPE_CHECKING:
    from claude_agent_sdk.types import McpSdkServerConfig

SEND_FILE = (
    "Send a file from your working directory to the people in this chat. "
    "Use it whenever someone wants to have or see a file."
)
SCHEMA = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "The file, absolute or from where you work"},
        "caption": {"type": "string", "description": "A line to show with it"},
    },
    "required": ["path"],
}

SCHEDULE = (
    "List, make, edit or cancel reminders and schedules of this conversation. When the time has "
    "come you are given `text` as a message here, and answer it. A person is asked before "
    "anything is changed. `list` also tells the present time and zone."
)
WISH_SCHEMA = {
    "type": "object",
    "properties": {
        "action": {"type": "string", "enum": list(ASKED)},
        "when": {
            "type": "string",
            "description": "Once: `at 17:00`, `at 2027-01-31 17:00`, `in 20m`. Again and again: "
            "`every 2h`, `@daily`, or a cron line of five fields",
        },
        "text": {"type": "string", "description": "What you are to be told then"},
        "id": {"type": "string", "description": "Which one, to edit or cancel it"},
    },
    "required": ["action"],
}
NOTHING = (
    "Say that there is nothing to report. Use it, and then end your turn, when a schedule or the "
    "heartbeat asked you to look for something and there is nothing that people should know."
)


def server(workspaces: Workspaces, workspace: Workspace, serving: Serving) -> McpSdkServerConfig:
    """The `carrel` tool server of one live engine."""
    from claude_agent_sdk import create_sdk_mcp_server, tool

    @tool("send_file", SEND_FILE, SCHEMA)
    async def send_file(arguments: dict[str, Any]) -> dict[str, Any]:
        async def sent() -> str:
            path = str(workspace.work / str(arguments.get("path", "")))
            file = await workspaces.send_out(workspace, path, str(arguments.get("caption", "")))
            return await serving.offer(file)

        return await _answered(sent())

    @tool("schedule", SCHEDULE, WISH_SCHEMA)
    async def schedule(arguments: dict[str, Any]) -> dict[str, Any]:
        return await _answered(serving.wish(arguments))

    @tool("nothing_to_report", NOTHING, {"type": "object", "properties": {}})
    async def nothing_to_report(_arguments: dict[str, Any]) -> dict[str, Any]:
        return await _answered(serving.nothing())

    return create_sdk_mcp_server(SERVER, tools=[send_file, schedule, nothing_to_report])


async def _answered(work: Awaitable[str]) -> dict[str, Any]:
    """What the engine is told, be it a refusal."""
    try:
        return _said(await work)
    except CarrelError as error:
        return {**_said(str(error)), "is_error": True}


def _said(text: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}]}
