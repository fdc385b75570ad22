"""The independent second reader: a month's returns and its summary, read by openpyxl and compared.

No code is shared with `taskxl.intake`, `taskxl.forms.returned` or `taskxl.reports`: what these
overlook, this room has to see. Everything that it knows of the summary it knows as a reader does,
by the words that stand in it.
"""
