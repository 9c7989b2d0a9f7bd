"""What can be looked at to find what is not well: by `carrel doctor`, and from the chat."""
