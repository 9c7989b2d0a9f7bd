"""Claude Code, driven through its agent SDK. Nothing heavy loads before the first `open`."""

from carrel.engines.claude.engine import ClaudeEngine
from carrel.engines.claude.login import Login, find_login
from carrel.ports.engine import EngineParts

__all__ = ["ClaudeEngine", "Login", "build", "find_login"]


def build(parts: EngineParts) -> ClaudeEngine:
    """Claude Code with the login that the environment or the person's home has."""
    login = find_login(parts.environ, parts.login_home)
    return ClaudeEngine(parts.workspaces, login, parts.clock, parts.api_url)
