"""`make simulate`: how many hosts how many people need, where it saturates and what it costs."""
