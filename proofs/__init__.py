"""What Carrel claims, put to the proof: `make chaos`, `make isolation`, `make soak`."""
