"""The rulebook: the one list of the modules that declare rules, and how a rule is found."""

from functools import cache
from importlib import import_module

from taskxl.errors import TaskxlError
from taskxl.findings import Rule, declared_rule, declared_rules
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


@cache
def _load() -> None:
    for name in DECLARING:
        import_module(name)


def list_rules() -> list[Rule]:
    """Return every rule, by code."""
    _load()
    return declared_rules()


def rule_of(code: str) -> Rule:
    """Return what is known of a code; of one that was declared no more, its name is the code."""
    _load()
    return declared_rule(code) or Rule(code, code, "error", what="", why="", cure="")


def find_rule(code: str) -> Rule:
    """Return the rule of a code. Raises TaskxlError for a code that no rule has."""
    _load()
    rule = declared_rule(code.strip().upper())
    if rule is None:
        raise TaskxlError(f"没有代码 {show(code)}。全部代码见 taskxl rules。")
    return rule
