"""Carrel, measured against its targets: `make bench`."""
