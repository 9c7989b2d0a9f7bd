"""The SDK's callbacks, made of the session's own: approvals, the path guard, the tool server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from carrel.core.model import Verdict
from carrel.engines.claude import questions, walls
from carrel.engines.claude.options import SERVER, permission_mode
from carrel.engines.claude.serving import Serving
from carrel.engines.claude.sharing import Sharing
from carrel.engines.claude.tools import server
from carrel.ports.workspace import Workspace, Workspaces

if TYPE_CHECKING:
    from claude_agent_sdk.types import (
        HookContext,
        HookInput,
        HookJSONOutput,
        PermissionResult,
        ToolPermissionContext,
    )

May = Callable[[str, Mapping[str, object], str], Awaitable[Verdict]]
"""Asks about a tool, its arguments, and the CLI's name for the call."""


def parts(
    workspaces: Workspaces,
    workspace: Workspace,
    may: May,
    serving: Serving,
    hidden: tuple[Path, ...] = (),
    sharing: Sharing | None = None,
) -> dict[str, object]:
    """The options of the SDK that are no values. `hidden`: what no file tool may touch."""
    from claude_agent_sdk import HookMatcher

    guard = HookMatcher(
        matcher=walls.TOOLS, hooks=[_guard(workspace, hidden, sharing)], on_failure="block"
    )
    return {
        "can_use_tool": _can_use_tool(may),
        "hooks": {"PreToolUse": [guard]},
        "mcp_servers": {SERVER: server(workspaces, workspace, serving)},
    }


def _can_use_tool(may: May) -> Callable[..., Awaitable[PermissionResult]]:
    from claude_agent_sdk import PermissionResultDeny

    async def can_use_tool(
        tool: str, arguments: dict[str, Any], context: ToolPermissionContext
    ) -> PermissionResult:
        verdict = await may(tool, arguments, context.tool_use_id or str(uuid4()))
        if verdict.decision == "deny":
            return PermissionResultDeny(message=verdict.reason)
        return _allowed(tool, arguments, verdict)

    return can_use_tool


def _allowed(tool: str, arguments: dict[str, Any], verdict: Verdict) -> PermissionResult:
    """The CLI's suggestions are never handed back: they would allow the next one unseen."""
    from claude_agent_sdk import PermissionResultAllow, PermissionUpdate

    if verdict.answers:
        return PermissionResultAllow(updated_input=questions.answered(arguments, verdict.answers))
    if verdict.mode is None or tool != questions.PLANS:
        return PermissionResultAllow()
    mode = permission_mode(verdict.mode)
    update = PermissionUpdate(type="setMode", mode=mode, destination="session")
    return PermissionResultAllow(updated_permissions=[update])


def _guard(
    workspace: Workspace, hidden: tuple[Path, ...], sharing: Sharing | None
) -> Callable[..., Awaitable[HookJSONOutput]]:
    async def guard(asked: HookInput, _call: str | None, _context: HookContext) -> HookJSONOutput:
        tool, arguments = str(asked.get("tool_name")), asked.get("tool_input")
        known = arguments if isinstance(arguments, dict) else {}
        why = walls.objection(workspace, tool, known, hidden)
        if why is None and sharing is not None:
            why = sharing.objection(workspace, tool, known)
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
