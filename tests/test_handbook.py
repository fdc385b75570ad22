"""The handbook: its pages lead somewhere, its commands run, what it quotes is said."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from taskxl import cli, findings, rules
from taskxl.merge import gaps_texts, registry
from tests.months import codes_of, make_month
from tests.said_by_us import says
from tests.support import call_main

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
CONFIG = ROOT / "packaging" / "handbook.yml"
PAGES = sorted(DOCS.glob("*.md"))
LIST = ROOT / "examples" / "附件1-重点工作任务一览表.xlsx"


def blocks(page: Path) -> list[str]:
    """Return the commands in a page's shell blocks."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in found for line in block.splitlines() if line.startswith("taskxl ")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, made once."""
    place = tmp_path_factory.mktemp("handbook")
    command = [sys.executable, "-m", "taskxl", "demo", str(place / "演示")]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    return place


RETURNS_SAY = {
    *("本月进展", "进展情况：……", "有序推进中", "☑正常推进", "已于4月7日完成", "已于3月28日完成"),
    *("正常推进，图纸已送审", "已完成，尚有2处未改", "完成（3.28）", "3月2日至5日", "详见附页"),
    *("同意、已审、已阅", "已报某某审定", "见文本框"),
}
OTHERS_SAY = {
    "index": {"打开taskxl.bat", "重点工作 taskxl"},  # packaging/
    "page": {"打开taskxl.bat", "重点工作 taskxl"},
    "new_computer": {"打开taskxl.bat"},
    "drawing": {"审阅 → 撤消工作表保护"},  # Excel
    "mail": {"作为新邮件编辑", "稍后再试", "已送达"},  # Thunderbird, mail servers
    "mailbox": {"详细信息", "复制到文件", "Base64 编码"},  # Windows
    "maintaining": {"未发布"},  # CHANGELOG.md
    "orders": {"申请延期至6月底", "不申请延期", "延期申请已获批准", "施工单位申请延期交付"}
    | {"5月10日前报结果"},
    "reading": {"县财政局保障资金", "一、办公室牵头任务", "列第一位的为牵头单位，下同"}
    | {"按职责分工负责", "等有关部门", "长期坚持", "列第一位的牵头", "前者为牵头"},
    "returns": RETURNS_SAY,
}
"""What a page quotes of other programs, documents and offices."""
PUT_TOGETHER = {
    *("…通报（手工改过1）.docx", "…总结（手工改过1）.docx", "…（手工改过1）.xlsx"),
    *("未命名-1", "4月领导批示：……", "〔结转自2021年第8项，标识8〕"),
    "经×××批准，由×月×日延期至×月×日",
}
"""Names made of parts, none of which says it alone."""


def quotations(page: Path) -> list[str]:
    """Return what stands in quotation marks on a page, outside of its examples."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.findall(r"“([^“”\n]+)”", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_quoted_is_said(page: Path) -> None:
    quoted = {one for one in quotations(page) if not re.fullmatch(r"[\w.:]+", one, re.ASCII)}
    others = OTHERS_SAY.get(page.stem, set())
    unsaid = {one for one in quoted - others - PUT_TOGETHER if not says(one)}
    assert not unsaid, "taskxl does not say this: mend the page, or name who does in OTHERS_SAY"
    assert others <= quoted, "no longer quoted"


def test_the_lines_that_prove_prints_are_its_lines(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (DOCS / "prove.md").read_text(encoding="utf-8")
    printed = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    good, faults = (block for language, block in printed if not language)
    status, said, error = call_main(capsys, "-C", str(demo / "演示"), "prove", "3")
    assert (status, said) == (0, good), error
    for line in faults.splitlines():
        told = line.partition("：")[2]
        assert all(says(part) for part in re.split(r"“[^”]*”|，", told) if part), line


def test_what_nobody_says_is_noticed() -> None:
    assert says("请先升级 taskxl")
    assert not says("请先升级 taskxI")


TRIED = [page for page in PAGES if any("-C 演示" in line for line in blocks(page))]


@pytest.mark.parametrize("page", TRIED, ids=lambda page: page.stem)
def test_every_command_runs(
    page: Path,
    demo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(demo / "演示", tmp_path / "演示")
    shutil.copy2(LIST, tmp_path / "附件1.xlsx")
    monkeypatch.chdir(tmp_path)
    for line in blocks(page):
        if line == "taskxl demo 演示":
            continue  # done already
        status, _, error = call_main(capsys, *shlex.split(line)[1:])
        assert status == 0, f"{line}: {error}"


def test_the_pages_with_commands_are_tried() -> None:
    assert {page.stem for page in TRIED} >= {
        "index",
        "unreadable",
        "renamed",
        "year_end",
        "handover",
    }


def name_unknown(words: list[str]) -> list[str]:
    """Return the commands and options among a command's words that there are not."""
    command: click.Command = cli.cli
    unknown = []
    for word in words[2:] if words[0] == "-C" else words:
        context = click.Context(command)
        if word.startswith("-") and len(word) > 1:
            known = {name for one in command.get_params(context) for name in one.opts}
            unknown += [word] if word.partition("=")[0] not in known else []
        elif isinstance(command, click.Group):
            found = command.get_command(context, word)
            if found is None:
                return [*unknown, word]
            command = found
    return unknown


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.stem)
def test_every_command_named_is_there_with_its_options(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = [*re.findall(r"`taskxl ([^`\n]+)`", text), *(line[7:] for line in blocks(page))]
    for line in named:
        words = [word for word in shlex.split(line) if word not in ("…", "...")]
        assert not name_unknown(words), f"taskxl {line}"


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert name_unknown(["-C", "演示", "merge", "4", "--jsom"]) == ["--jsom"]
    assert name_unknown(["merg", "4"]) == ["merg"]
    assert not name_unknown(["mail", "issue", "--month", "4", "--send"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def name_misread_lists(text: str) -> list[str]:
    """Return the lines whose place in a list the handbook's Markdown would not keep.

    What lies within a point is indented by four; a list that goes on after other text starts anew
    at 1; no block of code lies within a point.
    """
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    misread, last, apart = [], 0, True
    for line in text.splitlines():
        point = re.match(r"( *)(?:[-*]|(\d+)\.) ", line)
        if re.match(r" +```", line) or (point and len(point[1]) % 4):
            misread.append(line)
        elif point and point[2] and not point[1]:
            if int(point[2]) != last + 1:
                misread.append(line)
            last = int(point[2])
        elif line and not line.startswith(" ") and apart:
            last = 0
        apart = not line
    return misread


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_lists_are_read_as_they_are_written(page: Path) -> None:
    assert not name_misread_lists(page.read_text(encoding="utf-8"))


def test_a_list_that_would_be_misread_is_noticed() -> None:
    assert name_misread_lists("1. a\n   - b\n2. c\n") == ["   - b"]
    assert name_misread_lists("1. a\n\n| b |\n\n2. c\n") == ["2. c"]
    assert name_misread_lists("- a\n\n  ```sh\n  b\n  ```\n") == ["  ```sh", "  ```"]
    assert not name_misread_lists("1. a\n   b\n\n2. c\n    - d\n\ne\n\n1. f\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_code_named_is_a_rule(page: Path) -> None:
    known = {rule.code for rule in rules.list_rules()} | {"G499"}  # the maintainers' example
    named = set(re.findall(r"(?<![A-Za-z0-9])[MREGF]\d{3}(?!\d)", page.read_text(encoding="utf-8")))
    assert named <= known


def test_every_page_stands_in_the_contents_once() -> None:
    """But those for maintainers: they are left out by name."""
    text = CONFIG.read_text(encoding="utf-8")
    left_out = set(re.findall(r"^  (\w+\.md)$", text, re.MULTILINE))
    listed = re.findall(r": (\w+\.md)$", text, re.MULTILINE)
    assert sorted(listed) == sorted({page.name for page in PAGES} - left_out)


def test_the_rule_in_the_maintainers_page_is_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DOCS / "maintaining.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for module, name in ((findings, "_REGISTRY"), (registry, "_GAP_RULES")):
        monkeypatch.setattr(module, name, dict(getattr(module, name)))
    exec(code, dict(vars(gaps_texts)))
    (rule,) = (one.rule for one in registry.gap_rules() if one.rule.code == "G499")
    assert "G499" in codes_of(make_month(rule.bad))
    assert "G499" not in codes_of(make_month(rule.good))


def read_printed(path: Path) -> list[str]:
    """Return the text of each page of a PDF, without white space."""
    done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
    pages = done.stdout.decode().removesuffix("\f").split("\f")
    return [re.sub(r"\s", "", page) for page in pages]


def test_the_handbook_is_built_without_a_warning_and_printed(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    for tool in ("chromium", "pdftotext"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    command = [sys.executable, "-W", "ignore", ROOT / "packaging" / "handbook.py"]
    done = subprocess.run(
        [*command, "--to", tmp_path / "site"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "十分钟上手" in page
    assert (tmp_path / "site" / "pictures" / "summary.png").is_file()
    assert not (tmp_path / "site" / "print.html").exists()
    for alone, said in (("给股室填报人", "填黄底的格子"), ("给领导", "总览")):
        (sheet,) = read_printed(tmp_path / "site" / f"{alone}.pdf")
        assert said in sheet, "one page, to be mailed"
    printed = "".join(read_printed(tmp_path / "site" / "taskxl手册.pdf"))
    text = CONFIG.read_text(encoding="utf-8")
    for name in re.findall(r": (\w+\.md)$", text, re.MULTILINE):
        title = (DOCS / name).read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        assert re.sub(r"[\s`]", "", title) in printed, "every page is printed"
