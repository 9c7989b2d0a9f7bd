"""Carrel: coding agents behind a chat server, a walled session for every channel and thread."""

__version__ = "0.1.0"
