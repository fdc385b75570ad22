"""Commands in groups of their own: each asks, calls the desk, and prints."""
