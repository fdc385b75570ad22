"""A revised list against the one at hand: paired, compared, taken over."""
