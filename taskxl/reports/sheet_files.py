"""来稿登记: every file found among the returns, what became of it, and its digest."""

from taskxl.model import Verdict
from taskxl.reports.month_sheets import month_sheet
from taskxl.reports.styles import Tone
from taskxl.reports.tables import Cell, Column, Row, Table
from taskxl.reports.view import MonthView
from taskxl.text import show
from taskxl.words import VERDICTS

SHEET = "来稿登记"
COLUMNS = (
    Column("序号", 6, number="0"),
    Column("文件", 34, "left"),
    Column("结论", 13),
    Column("股室", 11),
    Column("代码", 7),
    Column("原因", 36, "left"),
    Column("内容指纹（SHA-256）", 68, "left", printed=False),
)
_TONES: dict[Verdict, Tone] = {"rejected": "error", "partial": "warning"}


@month_sheet
def make_table(view: MonthView) -> Table:
    """Return 来稿登记, in the order in which the files were read."""
    rows = [
        Row(
            (
                number,
                show(file.file),
                Cell(VERDICTS[file.verdict], _TONES.get(file.verdict, "")),
                file.office or "",
                file.code or "",
                file.reason or "",
                file.sha256,
            ),
            (SHEET, file.file),
        )
        for number, file in enumerate(view.month.files, 1)
    ]
    return Table(
        SHEET,
        view.heading("来稿登记"),
        f"“回收”文件夹里的 {len(rows)} 个文件，每个一行。指纹相同的文件内容完全相同。",
        COLUMNS,
        rows,
        empty="还没有来稿",
        place=80,
        amount=f"{len(rows)} 个文件",
    )
