"""`python -m proofs chaos|isolation|soak`: each ends in one line, and in status 1 if it is bad."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from proofs import chaos, isolation, published, soak
from proofs.towns import TOWNS

OWN = {"chaos": "discord", "isolation": "console"}
"""Where a proof runs unasked. Its figures there stand under the proof's own name."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one proof."""
    parser = argparse.ArgumentParser(prog="python -m proofs", description=__doc__)
    proofs = parser.add_subparsers(dest="proof", required=True)
    one = proofs.add_parser("chaos", help="random faults; nothing lost, nothing said twice")
    one.add_argument("--runs", type=int, default=chaos.RUNS)
    one.add_argument("--first", type=int, default=1, help="the number of the first run")
    one.add_argument("--patience", type=float, default=chaos.PATIENCE_S, help="seconds")
    one.add_argument("--platform", choices=[*TOWNS], default=OWN["chaos"])
    one.add_argument("--hosts", type=int, default=1, help="several share a database")
    two = proofs.add_parser("isolation", help="nobody reaches another's session")
    two.add_argument("--sessions", type=int, default=isolation.SESSIONS)
    everywhere = [OWN["isolation"], *TOWNS]
    two.add_argument("--platform", choices=everywhere, default=OWN["isolation"])
    three = proofs.add_parser("soak", help="ten thousand turns; nothing grows")
    three.add_argument("--turns", type=int, default=soak.TURNS)
    two.add_argument("--hosts", type=int, default=1, help="several run the sessions' agents")
    for proof in (one, two):
        proof.add_argument("--seed", type=int, default=None, help="drawn if it is not given")
    for proof in (one, two, three):
        proof.add_argument("--with", type=Path, action="append", default=[], dest="patches")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    result = _proven(given)
    _say(result.line())
    if result.good and result.order.whole:
        hosts = getattr(given, "hosts", 1)
        name = page_name(given.proof, getattr(given, "platform", None), together=hosts > 1)
        published.publish(name, result.line(), result.took)
    sys.exit(not result.good)


def _proven(given: argparse.Namespace) -> chaos.Result | isolation.Result | soak.Result:
    match given.proof:
        case "chaos":
            order = chaos.Order(
                _seed(given),
                given.runs,
                given.first,
                given.patience,
                given.patches,
                given.platform,
                given.hosts,
            )
            return chaos.prove(order, _say)
        case "isolation":
            wanted = isolation.Order(
                _seed(given), given.sessions, given.patches, given.platform, given.hosts
            )
            return isolation.prove(wanted, _say)
        case _:
            return soak.prove(soak.Order(given.turns, given.patches), _say)


def page_name(proof: str, platform: str | None, *, together: bool = False) -> str:
    """What a result is called on the page of guarantees. together: several hosts."""
    name = proof if platform == OWN.get(proof) else f"{proof} {platform}"
    return f"{name} with hosts" if together else name


def _seed(given: argparse.Namespace) -> int:
    return secrets.randbelow(1_000_000) if given.seed is None else given.seed


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
