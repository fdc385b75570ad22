"""附件1: grid or prose to tasks, their checks, and the book 主清单.xlsx."""
