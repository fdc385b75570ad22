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
    "taskxl.reports.bulletin.document",
    "taskxl.reports.rollup.bureau_gaps",
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


def find_rules(asked: str) -> list[Rule]:
    """Return the rules that somebody asks for: by code, by name or mark, else by a word of either.

    Raises TaskxlError where no rule has it.
    """
    known, word = list_rules(), asked.strip().strip("【】")
    names = {rule.code: (rule.name, rule.mark[1] if rule.mark else "") for rule in known}
    found = (
        [rule for rule in known if rule.code == word.upper()]
        or [rule for rule in known if word in names[rule.code]]
        or [rule for rule in known if word and any(word in name for name in names[rule.code])]
    )
    if not found:
        raise TaskxlError(
            f"没有代码 {show(asked)}，也没有这个名称的规则。全部规则见 taskxl rules。"
        )
    return found
