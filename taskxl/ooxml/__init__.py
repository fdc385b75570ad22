"""A workbook as its package holds it: parts, and references that follow rows; edited in place."""
