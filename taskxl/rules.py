"""Every rule there is: the one list of the modules that declare rules, and how each is found."""

from importlib import import_module

from taskxl.errors import TaskxlError
from taskxl.findings import Rule, declared_rules
from taskxl.text import show

DECLARING = (
    "taskxl.forms.returned.headings",
    "taskxl.forms.returned.reader",
    "taskxl.forms.template.template",
    "taskxl.intake.gate",
    "taskxl.mail.texts",
    "taskxl.master.book.rereading",
    "taskxl.master.list_rules",
    "taskxl.merge.gaps",
)
"""What has to be loaded for all rules to be declared; a new room with rules is one line here."""


def list_rules() -> list[Rule]:
    """Return every rule, by code."""
    for name in DECLARING:
        import_module(name)
    return declared_rules()


def find_rule(code: str) -> Rule:
    """Return the rule of a code. Raises TaskxlError for a code that no rule has."""
    rules = {rule.code: rule for rule in list_rules()}
    wanted = code.strip().upper()
    if wanted not in rules:
        raise TaskxlError(f"没有代码 {show(code)}。全部代码见 taskxl rules。")
    return rules[wanted]


def find_examples(code: str) -> tuple[str, str] | None:
    """Return the tables on which a gap rule is silent and on which it speaks; None for others."""
    from taskxl.merge.gaps import gap_rules

    return next(((one.good, one.bad) for one in gap_rules() if one.rule.code == code), None)
