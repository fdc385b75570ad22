"""taskxl: a bureau's monthly round of key tasks, from the master list to the summary."""

__version__ = "1.0.0"
