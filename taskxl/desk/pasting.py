"""Texts to paste into a chat group or OA: one for the whole group, one for each office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from taskxl.dates import report_day
from taskxl.desk.came_back import LETTER_WORDS
from taskxl.desk.composing import Batch, Item, compose_letters
from taskxl.desk.return_files import Progress
from taskxl.ledger import LetterKind, open_ledger
from taskxl.ledger.own import careful_writer
from taskxl.model import MasterList, Period
from taskxl.text import safe_file_name
from taskxl.workspace.files import make_folder
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace

_LINE = "—" * 12


@dataclass(frozen=True, slots=True)
class Pastes:
    """The texts: `group` for all (""; where there is nothing to say), `offices` by name."""

    group: str
    offices: Mapping[str, str]

    @property
    def content(self) -> str:
        """All of them as one file, the group's first, each under a line that says for whom."""
        parts = [("发到工作群", self.group), *((f"发给{o}", t) for o, t in self.offices.items())]
        return "\n\n".join(f"{_LINE} {who} {_LINE}\n{text}" for who, text in parts if text) + "\n"


def days_left(period: Period, master: MasterList, today: date) -> int:
    """Return how many days there are to the deadline, 0 on the day itself; negative when over."""
    return (report_day(period, master.settings) - today).days


def compose_pastes(batch: Batch, today: date) -> Pastes:
    """Return the texts of reminders or of what is to be mended, as they read on a day."""
    word = _remind if batch.kind == "remind" else _send_back
    offices = {item.office: word(batch, item, today) for item in batch.items}
    return Pastes(_for_group(batch, batch.items, today) if offices else "", offices)


def write_pastes(
    workspace: Workspace, pastes: Pastes, kind: LetterKind, period: Period, office: str | None
) -> Path | None:
    """Write `催报.txt` or `退回.txt` under 下发/; of one office, `催报-基教股.txt`.

    What a person made of the one that lies there is kept aside first.
    Returns None, and writes nothing, where there is nothing to say.
    Raises TaskxlError where it cannot be written.
    """
    if not pastes.offices:
        return None
    only = next(iter(pastes.offices)) if office else ""
    name = f"{LETTER_WORDS[kind]}-{safe_file_name(only, 40)}" if only else LETTER_WORDS[kind]
    folder = workspace.issue_folder(period)
    make_folder(folder, workspace.root)
    path = folder / f"{name}.txt"
    # With the mark and the line ends by which every editor of Windows knows what it is.
    content = ("" if only else pastes.content) or next(iter(pastes.offices.values())) + "\n"
    with open_ledger(workspace.ledger_path) as ledger:
        writer = careful_writer(ledger, workspace.root, None)
        writer.write(path, content.replace("\n", "\r\n").encode("utf-8-sig"))
    return path


def paste_letters(
    workspace: Workspace,
    period: Period,
    kind: LetterKind,
    office: str | None,
    today: date,
    progress: Progress = None,
) -> tuple[Pastes, Path | None]:
    """Compose the texts of a month and write them. Raises TaskxlError as `compose_letters` does."""
    with hold_workspace(workspace, "mail"):
        batch = compose_letters(workspace, period, kind, office, progress, False, today)
        pastes = compose_pastes(batch, today)
        return pastes, write_pastes(workspace, pastes, kind, period, office)


def _deadline(batch: Batch, today: date) -> str:
    left = days_left(batch.period, batch.master, today)
    day = report_day(batch.period, batch.master.settings)
    said = f"{day.month}月{day.day}日"
    if left < 0:
        return f"报送期限（{said}）已过，请尽快报送"
    when = "就是今天" if left == 0 else f"还有 {left} 天"
    return f"请在{said}前（当天算在内，{when}）报送"


def _contact(batch: Batch) -> str:
    contact = batch.master.settings.contact
    return f"联系人：{contact}。" if contact else ""


def _remind(batch: Batch, item: Item, today: date) -> str:
    values = item.values
    steps = [f"· {one['任务']}：{one['内容']}（{one['时限']}）" for one in values["节点"]]
    came = f"报来的表用不了：{values['退回原因']}" if values["退回原因"] else ""
    lines = [
        f"【{item.office}】{batch.period.name}重点工作进展情况表{_deadline(batch, today)}办公室。",
        came,
        f"要填任务 {values['任务数']} 项"
        + (f"，到期、未办结的节点 {len(steps)} 个：" if steps else "。"),
        *steps,
        f"表格：{values['附件']}。请经分管负责同志审定后报送。{_contact(batch)}",
    ]
    return "\n".join(filter(None, lines))


def _send_back(batch: Batch, item: Item, today: date) -> str:
    return str(item.values["更正"])


def _for_group(batch: Batch, items: Sequence[Item], today: date) -> str:
    names = "、".join(item.office for item in items)
    what = f"{batch.period.name}重点工作进展情况表"
    if batch.kind == "send-back":
        return (
            f"【{what}】以下 {len(items)} 个单位报来的表有要更正或核实的地方："
            f"{names}。具体位置已另发，请改好并经分管负责同志审定后重报办公室。{_contact(batch)}"
        )
    back = [item.office for item in items if item.values["退回原因"]]
    again = f"其中报来的表用不了、须重报的：{'、'.join(back)}。" if back else ""
    return (
        f"【{what}】{_deadline(batch, today)}办公室。还没有可用报表的有 {len(items)} 个："
        f"{names}。{again}已另行报送的请告知报送时间和方式。{_contact(batch)}"
    )
