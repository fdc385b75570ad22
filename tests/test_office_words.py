"""What a bureau calls its offices, everywhere: in the summary, its findings and what is sent back."""

import io
import re
from dataclasses import replace

import openpyxl
import pytest

from taskxl.merge.month import merge_month
from taskxl.model import Month, Return
from taskxl.reports.send_back import send_back_text
from taskxl.reports.summary import write_summary
from taskxl.text import call_offices
from taskxl.words import OFFICE_WORDS
from tests.months import APRIL, REPORT_DAY, SETTINGS, make_master, make_returns, read_rows

TABLE = """
    | 股室   | 任务 | 职责 | 收到       | 填报人 | 审定 | 进度状态 | 进展情况 | 存在问题 | 节点时限   | 完成情况 |
    | 高教处 | 1    | 牵头 | 2021-04-20 |        |      | 已完成   | 推进中   |          | 2021-03-31 | 未完成   |
    | 人事处 | 1    | 协办 | 2021-04-27 | 林一帆 | 同意 | 尚未启动 |          |          | 2021-03-31 |          |
    | 计财处 | 2    | 牵头 |            |        |      |          |          |          | 2021-04-28 |          |
"""
_QUOTED = re.compile("“[^”]*”")


def make_month(word: str) -> Month:
    settings = replace(SETTINGS, office_word=word, supporting_report=True, reporters="all")
    rows = read_rows(TABLE)
    stray = Return("盖章.pdf", "f" * 64, code="R205", reason="认不出是哪个股室的表。")
    returns = [*make_returns(rows), stray]
    return merge_month(make_master(rows, settings), APRIL, REPORT_DAY, returns)


def texts_of(month: Month) -> list[str]:
    """Return all that the summary shows and what the offices are told."""
    book = openpyxl.load_workbook(io.BytesIO(write_summary(month)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    shown = [str(cell.value or "") for cell in cells]
    shown += [cell.comment.text for cell in cells if cell.comment]
    return [*shown, *(send_back_text(month, state.office) for state in month.offices)]


@pytest.mark.parametrize("word", [word for word in OFFICE_WORDS if word != "股室"])
def test_the_summary_and_what_is_sent_back_use_the_bureaus_word(word: str) -> None:
    month = make_month(word)
    assert len({finding.code for finding in month.findings}) > 6
    texts = texts_of(month)
    assert sum(word in text for text in texts) > 10
    assert [text for text in texts if "股室" in _QUOTED.sub("", text)] == []


def test_nothing_else_depends_on_the_word() -> None:
    one, two = make_month("股室"), make_month("处室")
    assert [f.code for f in one.findings] == [f.code for f in two.findings]
    assert one.entries == two.entries


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("请股室补报。", "请处室补报。"),
        ("任务“各股室联动”请股室核实。", "任务“各股室联动”请处室核实。"),
        ("“写了“股室”的股室”，请股室核实。", "“写了“股室”的股室”，请处室核实。"),
        ("主清单.xlsx〔股室〕A3：股室重名。", "主清单.xlsx〔股室〕A3：处室重名。"),
        ("不在股室表里", "不在股室表里"),
        ("没有关上的“股室", "没有关上的“股室"),
    ],
)
def test_what_is_quoted_keeps_its_words(text: str, said: str) -> None:
    assert call_offices(text, "处室") == said
    assert call_offices(text, "股室") == text
