"""What other gateways left behind, read and carried over: formats only, and never written to."""
