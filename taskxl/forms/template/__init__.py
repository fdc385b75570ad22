"""附件2 as a bureau draws it: compiled once, filled for each office, all else left untouched."""
