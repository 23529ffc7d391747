"""Many libraries that answer as one: each adds up at home, and only sums travel."""
