"""What stops a run: one exception type, shown as one Chinese line."""


class TaskxlError(Exception):
    """The run cannot go on.

    The message is one Chinese line for the person at the keyboard:
    place, what is there, what is wanted, what to do.
    Faults in somebody's data are not exceptions but findings (see `taskxl.findings`).
    """
