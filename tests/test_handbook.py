"""The handbook: its pages lead somewhere, its commands run, what it quotes is said."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from taskxl import rules
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_code_named_is_a_rule(page: Path) -> None:
    known = {rule.code for rule in rules.list_rules()}
    named = set(re.findall(r"(?<![A-Za-z0-9])[MREGF]\d{3}(?!\d)", page.read_text(encoding="utf-8")))
    assert named <= known


def test_every_page_stands_in_the_contents_once() -> None:
    """But those for maintainers: they are left out by name."""
    text = CONFIG.read_text(encoding="utf-8")
    left_out = set(re.findall(r"^  (\w+\.md)$", text, re.MULTILINE))
    listed = re.findall(r": (\w+\.md)$", text, re.MULTILINE)
    assert sorted(listed) == sorted({page.name for page in PAGES} - left_out)


def test_the_handbook_is_built_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--strict", "-q"]
    done = subprocess.run(
        [*command, "-f", CONFIG, "-d", tmp_path / "site"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "十分钟上手" in page
    assert (tmp_path / "site" / "pictures" / "summary.png").is_file()
