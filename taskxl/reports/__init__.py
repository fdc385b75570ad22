"""The month on paper."""
