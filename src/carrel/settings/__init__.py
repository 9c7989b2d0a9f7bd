"""`carrel.toml` and the environment. Only `places` is light: whoever needs a path pays no more."""
