"""A month of a small bureau, filled with words that stand nowhere else, for clerks to spoil."""

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine

from taskxl import cli
from taskxl.desk.issuing import issue_forms
from taskxl.desk.taking_over import init_workspace
from taskxl.model import Period
from taskxl.workspace.folder import Workspace
from tests.clerks import ANSWERS, form_columns, set_beside, task_rows
from tests.support import make_workbook

APRIL = Period(2021, 4)
MAIN, MILESTONES = "进展情况表", "节点完成情况"
OFFICES = ("办公室", "基教股", "计财股")
MASTER_LIST = r"""
| 云溪县教育局2021年重点工作任务一览表 | | | | | |
| 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 | 责任人 | 备注 |
| 何立文同志负责项目 | | | | | |
| 1 | 编制教育事业发展规划 | 摸清底数，测算学位。\n关键时间节点：\n一是3月底前完成规划初稿。\n二是10月底前报批。 | 办公室\n计财股 | 周晓禾 | 县政府工作报告 |
| 2 | 推进政务公开 | 完善主动公开目录。\n关键时间节点：\n一是2月底前公布目录。 | 办公室 | 周晓禾 | |
| 3 | 信访事项限时办结 | 来信来访七日内告知受理情况。\n关键时间节点：\n一是4月15日前开展一次排查。 | 办公室 | 周晓禾 | |
| 4 | 校园阅读工程 | 每校建成一处读书角。\n关键时间节点：\n一是4月底前完成选点。\n二是11月底前建成。 | 基教股\n办公室 | 林一帆 | |
| 陈知秋同志负责项目 | | | | | |
| 5 | 规范阳光招生 | 科学划定学区。\n关键时间节点：\n一是3月底前完成学区调研。\n二是5月底前公布方案。 | 基教股 | 林一帆 | |
| 6 | 提升课后服务质量 | 义务教育学校全覆盖。\n关键时间节点：\n一是2月底前印发方案。 | 基教股 | 林一帆 | |
| 7 | 落实教育经费保障 | 严格执行预算。\n关键时间节点：\n一是3月底前下达预算。 | 计财股 | 沈知远 | |
| 8 | 困难学生资助 | 应助尽助。\n关键时间节点：\n一是4月20日前完成认定。 | 计财股\n基教股 | 沈知远 | |
"""
_NUMERALS = "甲乙丙丁戊己庚辛壬癸"


@dataclass
class Words:
    """Makes words that stand nowhere else; `typed` says where: (office, task, field) or nowhere."""

    typed: dict[str, tuple[str, str, str] | None] = field(default_factory=dict)

    def __call__(self, place: tuple[str, str, str] | None = None) -> str:
        number = "".join(_NUMERALS[int(digit)] for digit in f"{len(self.typed):04d}")
        word = f"辞{number}终"
        self.typed[word] = place
        return word


@dataclass
class Post:
    """The returns of a month before they are merged: what clerks do to them, they do here."""

    workspace: Workspace
    words: Words
    filled: Path

    @property
    def folder(self) -> Path:
        """回收/ of the month."""
        return self.workspace.returns_folder(APRIL)

    def path(self, office: str = "办公室") -> Path:
        """Return where an office's return lies."""
        return self.folder / f"附件2-{office}-2021年4月.xlsx"

    def blank(self, office: str = "办公室") -> Path:
        """Return the form as issued."""
        return self.workspace.form_path(office, APRIL)

    def edit(self, office: str = "办公室") -> "Edit":
        """Open an office's return to change it in place; saved at the end of the `with`."""
        return Edit(self.path(office))

    def stamp(self) -> None:
        """Let every return have come in time: the clock of the test says nothing."""
        came = datetime(2021, 4, 21, 9, 0).timestamp()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                before = path.stat().st_mtime
                os.utime(path, (came, came) if before > came + 30 * 86400 else (before, before))

    def merge(self) -> "Outcome":
        """Merge the month on the command line; return what it says and what it wrote."""
        self.stamp()
        out = io.StringIO()
        with redirect_stdout(out), pytest.raises(SystemExit) as end:
            cli.main(["-C", str(self.workspace.root), "merge", "--month", "4", "--json"])
        assert end.value.code == 0
        return Outcome(
            json.loads(out.getvalue()), self.workspace.summary_path(APRIL).read_bytes(), self
        )


@dataclass
class Edit:
    """A return open in a program that keeps everything: `sheet` is 进展情况表."""

    path: Path
    book: Any = None
    sheet: Any = None

    def __enter__(self) -> "Edit":
        self.book = openpyxl.load_workbook(self.path)
        self.sheet = self.book[MAIN]
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self.book.save(self.path)

    def row(self, task: str) -> int:
        """Return the row of a task."""
        column = self.column("标识")
        return next(
            r for r in task_rows(self.sheet) if str(self.sheet.cell(r, column).value) == task
        )

    def column(self, header: str) -> int:
        """Return the column of a header."""
        return form_columns(self.sheet)[1][header]

    def cell(self, task: str, header: str) -> Any:
        """Return the cell of a task."""
        return self.sheet.cell(self.row(task), self.column(header))


@dataclass
class Outcome:
    """What a merge gave."""

    document: dict[str, Any]
    summary: bytes
    post: Post

    def codes(self, office: str | None = None) -> set[str]:
        """Return the codes found, of all or of one office; milestones' lights left out."""
        return {
            f["code"]
            for f in self.document["findings"]
            if (office is None or f["office"] == office) and f["code"] not in ("G406", "G407")
        }

    def file(self, name: str) -> dict[str, Any]:
        """Return the one verdict of a file."""
        (one,) = (f for f in self.document["files"] if f["file"] == name)
        return one

    def messages(self) -> list[str]:
        """Return every finding's message and every verdict's reason."""
        said = [f["message"] for f in self.document["findings"]]
        return said + [f["reason"] for f in self.document["files"] if f["reason"]]

    def entry(self, task: str, office: str = "办公室") -> dict[str, Any]:
        """Return what an office says of a task."""
        (one,) = (e for e in self.document["entries"] if (e["task"], e["office"]) == (task, office))
        return one

    def unplaced(self) -> str:
        """Return all texts of 未归位内容."""
        return "\n".join(one["text"] for one in self.document["unplaced"])

    def misplaced(self) -> list[tuple[str, object]]:
        """Return the words that stand under another task, office or field than typed."""
        wrong: list[tuple[str, object]] = []
        for entry in self.document["entries"]:
            for name in ("status", "progress", "obstacles", "remarks"):
                wrong += self._foreign(entry[name], (entry["office"], entry["task"], name))
        for step in self.document["milestones"]:
            place = (step["office"] or "", step["milestone"], "note")
            wrong += self._foreign(step["state"] + step["done_text"] + step["note"], place)
        return wrong

    def _foreign(self, text: str, place: tuple[str, str, str]) -> Iterator[tuple[str, object]]:
        for word, typed in self.post.words.typed.items():
            if word in text and typed not in (None, place):
                yield word, (typed, place)

    def lost(self) -> list[str]:
        """Return the words that stand in some returned file, but not in the JSON or not in the summary.

        The files are searched as bytes, without any reader of taskxl.
        """
        typed = [raw_text(path) for path in sorted(self.post.folder.rglob("*")) if path.is_file()]
        told = [
            value
            for part in ("entries", "milestones", "altered", "unplaced", "offices")
            for one in self.document[part]
            for value in one.values()
            if isinstance(value, str)
        ]
        json_text, sheet_text = "\n".join(told), summary_text(self.summary)
        there = [w for w in self.post.words.typed if any(w in text for text in typed)]
        return [
            f"{w} {self.post.words.typed[w]}: {where}"
            for w in there
            for where, text in (("JSON", json_text), ("summary", sheet_text))
            if w not in text
        ]


def raw_text(path: Path) -> str:
    """Return a file's bytes as text in every coding a program may have used, parts of a zip too."""
    content = path.read_bytes()
    parts = [content]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            parts = [package.read(name) for name in package.namelist()]
        inner = [p for p in parts if p[:2] == b"PK"]
        for one in inner:
            with zipfile.ZipFile(io.BytesIO(one)) as package:
                parts += [package.read(name) for name in package.namelist()]
    codings = ("utf-8", "utf-16-le", "gb18030")
    texts = [part.decode(coding, "ignore") for part in parts for coding in codings]
    # A file of UTF-16 whose text begins at an odd byte, as in .xls.
    return "\n".join(texts + [part[1:].decode("utf-16-le", "ignore") for part in parts])


def summary_text(content: bytes) -> str:
    """Return every text of every sheet of the summary workbook."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return "\n".join(
        str(cell)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
        if cell != ""
    )


def make_workspace(root: Path, listing: str = MASTER_LIST) -> Workspace:
    """Make the bureau's workspace and issue April's forms."""
    source = root / "附件1.xlsx"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_bytes(make_workbook({"附件1": listing}))
    workspace = Workspace(root / "2021年重点工作")
    init_workspace(workspace.root, [source], 2021)
    issue_forms(workspace, APRIL)
    return workspace


def fill_words(source: Path, target: Path, office: str, words: Words) -> None:
    """Fill every answer of a form with words that stand nowhere else."""
    book = openpyxl.load_workbook(source)
    sheet = book[MAIN]
    set_beside(sheet, "填报人", words())
    set_beside(sheet, "填报日期", "2021年4月20日")
    set_beside(sheet, "分管负责同志审定", words())
    _, columns = form_columns(sheet)
    for row in task_rows(sheet):
        task = str(sheet.cell(row, columns["标识"]).value)
        for header, name in ANSWERS.items():
            text = f"{words((office, task, name))}，4月12日已开会研究并印发通知，完成百分之三十。"
            sheet.cell(row, columns[header]).value = "正常推进" if name == "status" else text
    sheet = book[MILESTONES]
    _, columns = form_columns(sheet)
    for row in task_rows(sheet):
        step = str(sheet.cell(row, columns["标识"]).value)
        sheet.cell(row, columns["完成情况"]).value = "已完成"
        sheet.cell(row, columns["完成日期"]).value = "4.12"
        sheet.cell(row, columns["说明"]).value = words((office, step, "note"))
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)


def make_post(root: Path) -> Post:
    """Make the workspace with every office's form filled, aside."""
    workspace = make_workspace(root)
    words = Words()
    for office in OFFICES:
        form = workspace.form_path(office, APRIL)
        fill_words(form, root / "填好" / form.name, office, words)
    return Post(workspace, words, root / "填好")


def fresh_post(made: Post, root: Path) -> Post:
    """Return a copy of a post of its own: workspace and returns, with honest returns of all."""
    target = root / "2021年重点工作"
    shutil.copytree(made.workspace.root, target)
    post = Post(Workspace(target), Words(dict(made.words.typed)), made.filled)
    for path in made.filled.iterdir():
        shutil.copy2(path, post.folder / path.name)
    return post


Deed = Callable[[Post], None]
