"""Months that the ledger does not know, recorded from what the folders still hold."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from taskxl.dates.year import year_periods
from taskxl.desk.months import gather_files, merge_folder, read_again
from taskxl.desk.own_forms import form_paths
from taskxl.desk.return_files import read_returns
from taskxl.desk.year_walk import recall_months
from taskxl.forms.returned.reader import Expected
from taskxl.ledger import IssuedForm, Ledger
from taskxl.ledger.receipts import know_arrivals
from taskxl.model import MasterList, Month, Period
from taskxl.orders import with_instructions
from taskxl.workspace.folder import Workspace


def rebuild(
    workspace: Workspace, ledger: Ledger, master: MasterList, period: Period, now: datetime | None
) -> list[str]:
    """Record what the folders hold of months that the ledger does not know; say so in lines.

    It knows nothing of them where 台账.db was deleted, or is younger than they are. Forms are
    those that lie in 下发/; merged is a month that has its summary. `period` is about to be merged.
    """
    forms, merges = [], []
    history: tuple[Month, ...] = ()
    for one in year_periods(master.settings):
        paths = form_paths(workspace, one)
        if paths and not ledger.issued(one):
            found = _read_forms(workspace, master, one, paths)
            ledger.record_forms(one, master, found, now, "folder")
            forms += [one] if found else []
        if one != period and workspace.summary_path(one).exists() and not ledger.merges(one):
            history = recall_months(workspace, ledger, master, one, history)
            known = know_arrivals(ledger, one)
            merged = merge_folder(
                workspace,
                master,
                one,
                history,
                ledger.issued(one),
                known=known,
                today=now.date() if now else None,
            )
            files, _ = gather_files(workspace, ledger, merged)
            ledger.record_merge(merged.month, files, now, "folder")
            merges.append(one)
    if not forms and not merges:
        return []
    return [
        f"台账里原来没有这些月份，已由文件夹补记：{_name_periods({*forms, *merges})}。"
        "补不回来的：被替换的旧表、历次汇总的先后、当时的主清单（按现在的补记）、文字修订，"
        "手工登记的收到时间和方式。"
    ]


def _name_periods(periods: Iterable[Period]) -> str:
    return "、".join(f"{period.month}月" for period in sorted(periods))


def _read_forms(
    workspace: Workspace, master: MasterList, period: Period, paths: Sequence[Path]
) -> list[IssuedForm]:
    """Return the forms of 下发/ that still bear their marks; a file name means nothing."""
    listed = with_instructions(master, period, period.first_day)
    expected = Expected(listed, period, frozenset())
    forms = []
    folder = workspace.issue_folder(period)
    for read in read_returns(folder, [path.name for path in paths], expected):
        content = read_again(folder / read.file)
        for one in read.submissions[:1]:
            if one.form_id and content and sha256(content).hexdigest() == read.sha256:
                forms.append(IssuedForm(one.office, one.form_id, content))
    return forms
