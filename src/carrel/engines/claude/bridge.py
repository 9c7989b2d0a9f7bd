"""The SDK's callbacks, made of the session's own: approvals, the path guard, the tool server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carrel.core.events import Decision
from carrel.engines.claude import walls
from carrel.engines.claude.approvals import ASK_IN_TEXT
from carrel.engines.claude.options import SERVER
from carrel.engines.claude.tools import Offer, server
from carrel.ports.workspace import Workspace, Workspaces

if TYPE_CHECKING:
    from claude_agent_sdk.types import (
        HookContext,
        HookInput,
        HookJSONOutput,
        PermissionResult,
        ToolPermissionContext,
    )

May = Callable[[str, Mapping[str, object]], Awaitable[tuple[Decision, str]]]


def parts(
    workspaces: Workspaces,
    workspace: Workspace,
    may: May,
    offer: Offer,
    hidden: tuple[Path, ...] = (),
) -> dict[str, object]:
    """The options of the SDK that are no values. `hidden`: what no file tool may touch."""
    from claude_agent_sdk import HookMatcher

    guard = HookMatcher(matcher=walls.TOOLS, hooks=[_guard(workspace, hidden)], on_failure="block")
    return {
        "can_use_tool": _can_use_tool(may),
        "hooks": {"PreToolUse": [guard]},
        "mcp_servers": {SERVER: server(workspaces, workspace, offer)},
    }


def _can_use_tool(may: May) -> Callable[..., Awaitable[PermissionResult]]:
    from claude_agent_sdk import PermissionResultAllow, PermissionResultDeny

    async def can_use_tool(
        tool: str, arguments: dict[str, Any], _context: ToolPermissionContext
    ) -> PermissionResult:
        if tool == "AskUserQuestion":
            return PermissionResultDeny(message=ASK_IN_TEXT)
        decision, reason = await may(tool, arguments)
        # The CLI's suggestions are never handed back: they would allow the next one unseen.
        return (
            PermissionResultAllow() if decision == "allow" else PermissionResultDeny(message=reason)
        )

    return can_use_tool


def _guard(
    workspace: Workspace, hidden: tuple[Path, ...]
) -> Callable[..., Awaitable[HookJSONOutput]]:
    async def guard(asked: HookInput, _call: str | None, _context: HookContext) -> HookJSONOutput:
        tool, arguments = str(asked.get("tool_name")), asked.get("tool_input")
        known = arguments if isinstance(arguments, dict) else {}
        why = walls.objection(workspace, tool, known, hidden)
        if why is None:
            return {}
        return {
            "hookSpecificOutput": {
                "hookEventName": "PreToolUse",
                "permissionDecision": "deny",
                "permissionDecisionReason": why,
            }
        }

    return guard
