"""Carrel: coding agents behind a chat server, a walled session for every channel and thread."""

from importlib.metadata import version

__version__ = version("carrel")
