"""Motion: every task, queue and timer."""
