"""Promises: what a platform, an engine, a store, a workspace and a clock must keep."""
