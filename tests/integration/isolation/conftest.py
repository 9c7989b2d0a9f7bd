"""Lets the tests of the walls share `ground.py` and `probes.py`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
