"""No test may leave this machine: a guard that denies every connection that is not loopback.

It patches Python's sockets, so it holds for this process and not for C extensions or children.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import pytest

INTERNET = (socket.AF_INET, socket.AF_INET6)


class NetworkDeniedError(Exception):
    """Something tried to reach a host outside this machine; no OSError, so that nothing retries."""

    def __init__(self, what: str, address: object) -> None:
        super().__init__(f"{what} to {address!r} denied: tests stay on the loopback network")
        self.address = address


def is_loopback(host: object) -> bool:
    """Whether a host is this machine: a loopback address, `localhost` or none at all."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name in ("", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


@contextmanager
def no_network() -> Iterator[None]:
    """Deny connections and name look-ups beyond loopback; raises NetworkDeniedError where tried."""
    with ExitStack() as patches:
        for name in ("connect", "connect_ex", "sendto"):
            guarded = _guarded_method(name, getattr(socket.socket, name))
            patches.enter_context(patch.object(socket.socket, name, guarded))
        for name in ("getaddrinfo", "gethostbyname"):
            looked_up = _guarded_lookup(name, getattr(socket, name))
            patches.enter_context(patch.object(socket, name, looked_up))
        yield


@pytest.fixture
def network_guard() -> Iterator[None]:
    """`no_network` around a test; import it into a conftest to use it."""
    with no_network():
        yield


def _guarded_method(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1] if arguments else None
        if self.family in INTERNET and isinstance(address, tuple) and not is_loopback(address[0]):
            raise NetworkDeniedError(name, address)
        return original(self, *arguments)

    return guarded


def _guarded_lookup(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: object, *arguments: Any, **named: Any) -> Any:
        if not is_loopback(host):
            raise NetworkDeniedError(name, host)
        return original(host, *arguments, **named)

    return guarded
