"""`python -m carrel` and the `carrel` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. `--version` alone loads nothing else."""
    if sys.argv[1:] == ["--version"]:
        from carrel import __version__

        sys.stdout.write(f"carrel {__version__}\n")
        return
    from carrel.cli import run

    run()


if __name__ == "__main__":
    main()
