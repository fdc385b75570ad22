"""主清单.xlsx: laid out, written, edited in place, read back."""
