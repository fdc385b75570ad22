"""Letters out, returns in."""
