"""附件2 as it comes back: whose it is, which cell is which answer, every other word kept."""
