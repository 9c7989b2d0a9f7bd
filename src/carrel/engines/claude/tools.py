"""Tools that Carrel gives the engine, served in this process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from carrel.core.errors import CarrelError
from carrel.core.messages import File
from carrel.engines.claude.options import SERVER
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

Offer = Callable[[File], Awaitable[str]]
"""Tell the session of a file that lies in the outbox; returns what the engine is told."""


def server(workspaces: Workspaces, workspace: Workspace, offer: Offer) -> McpSdkServerConfig:
    """The `carrel` tool server of one live engine."""
    from claude_agent_sdk import create_sdk_mcp_server, tool

    @tool("send_file", SEND_FILE, SCHEMA)
    async def send_file(arguments: dict[str, Any]) -> dict[str, Any]:
        path = str(workspace.work / str(arguments.get("path", "")))
        try:
            file = await workspaces.send_out(workspace, path, str(arguments.get("caption", "")))
            return _said(await offer(file))
        except CarrelError as error:
            return {**_said(str(error)), "is_error": True}

    return create_sdk_mcp_server(SERVER, tools=[send_file])


def _said(text: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}]}
