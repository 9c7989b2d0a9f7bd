"""Engines on other hosts: the leader's end of it, and the end of the host that has room."""
