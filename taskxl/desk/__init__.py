"""Everything that composes the rooms, and nothing else does: one door for command line and page."""
