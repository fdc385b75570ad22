"""附件2: out as forms, back as submissions."""
