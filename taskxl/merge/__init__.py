"""Submissions to the month: who counts, entries, gap rules."""
