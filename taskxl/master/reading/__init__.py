"""附件1 read: grid or prose to tasks."""
