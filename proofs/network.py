"""Hosts with a network of their own, as machines have: namespaces of the kernel, and one bridge.

Needs root. All of it lies in a namespace of the thread that began it, and goes when that ends: what
else is on this machine neither sees it nor is reached by it.
"""

from __future__ import annotations

import ctypes
import os
import subprocess  # noqa: TID251 - `ip` sets up what is tried here
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from proofs.wires import Wires

HUB, BRIDGE, MASK = "10.77.0.1", "hub", 24
"""Where everything is that is no host: the database, the chat network, the model."""

PORT = 7707
"""Where each host listens for the others."""

WITHIN_S = 10.0
CLONE_NEWNET = 0x40000000
TRIAL = f"ip link add {BRIDGE} type bridge && ip link add one type veth peer name other"


def possible() -> bool:
    """Whether this may be done here; nothing is left of the trial."""
    if os.geteuid() != 0:
        return False
    with suppress(FileNotFoundError):
        trial = ["unshare", "--net", "sh", "-c", TRIAL]
        return subprocess.run(trial, capture_output=True, check=False).returncode == 0  # noqa: S603 - as a person would
    return False


def leave() -> None:
    """Go, with this thread and all that it starts from now on, into a network that has nothing.

    OSError: it may not be done.
    """
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.unshare(CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    _ip("link", "set", "lo", "up")
    _ip("link", "add", BRIDGE, "type", "bridge")
    _ip("address", "add", f"{HUB}/{MASK}", "dev", BRIDGE)
    _ip("link", "set", BRIDGE, "up")


class Namespace(Wires):
    """One host's network: its cable leads to the bridge, and can be pulled.

    To connections that stand a pulled cable tells nothing: what is sent then is lost, and sent
    again by whoever still wants it to arrive. A new one is not made, and fails after some seconds.
    """

    def __init__(self, number: int) -> None:
        self._pulled = False
        self._cable = f"host-{number}"
        address = HUB.replace(".1", f".{number + 1}")
        # it ends with the one who started it, whose end of the pipe closes then
        self._holder = subprocess.Popen(
            ["unshare", "--net", "cat"],  # noqa: S607 - as a person would
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        super().__init__(f"{address}:{PORT}", HUB)
        self._lay(address)

    def _lay(self, address: str) -> None:
        pid = str(self._holder.pid)
        self.entering = ("nsenter", "--net", "--target", pid)
        _until_apart(self._holder.pid)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", pid)
        _ip("link", "set", self._cable, "master", BRIDGE, "up")
        for words in (
            ("link", "set", "lo", "up"),
            ("address", "add", f"{address}/{MASK}", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
        ):
            _run([*self.entering, "ip", *words])

    @property
    def cut(self) -> bool:
        """Whether nothing passes."""
        return self._pulled

    def between(self, others: Sequence[Wires]) -> dict[str, str]:  # noqa: ARG002 - as with lines
        """They are reached where they are."""
        return {}

    def sever(self) -> None:
        """Pull the cable."""
        self._pulled = True
        _ip("link", "set", self._cable, "down")

    def mend(self) -> None:
        """Put it in again. Idempotent."""
        _ip("link", "set", self._cable, "up")
        self._pulled = False

    def close(self) -> None:
        """End its lines, and the namespace once no process is left in it. Idempotent."""
        super().close()
        self._holder.kill()
        self._holder.communicate()


@contextmanager
def apart(hosts: int) -> Iterator[list[Wires]]:
    """So many hosts' networks, for as long as the block lasts. Raises OSError."""
    leave()
    with ExitStack() as stack:
        made: list[Wires] = []
        for number in range(1, hosts + 1):
            made.append(Namespace(number))
            stack.callback(made[-1].close)
        yield made


def _until_apart(pid: int) -> None:
    mine, its = (Path("/proc", str(of), "ns/net") for of in ("thread-self", pid))
    end = time.monotonic() + WITHIN_S
    while its.readlink() == mine.readlink():
        if time.monotonic() > end:
            raise TimeoutError("no network namespace was made")
        time.sleep(0.005)


def _ip(*words: str) -> None:
    _run(["ip", *words])


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - written here
