"""ClaudeClaw, upstream and fork, as their files tell of them."""
