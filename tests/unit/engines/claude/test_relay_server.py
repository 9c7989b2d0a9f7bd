from __future__ import annotations

import signal

from carrel.engines.claude.relay_server import RelayServer


def test_the_signals_belong_to_the_gateway():
    before = signal.getsignal(signal.SIGTERM)
    with RelayServer.quiet(None).capture_signals():
        assert signal.getsignal(signal.SIGTERM) is before
