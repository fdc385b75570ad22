"""Everything that taskxl says: the texts in its code, its pages and its templates."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import docx
import openpyxl

ROOT = Path(__file__).resolve().parent.parent
HOLE = "\0"
"""Stands where a text has something put in."""
_OPEN = re.compile(r"…+|×+|某某|N|\d+|“[^”]*”")
"""What a handbook writes for something that differs, from run to run."""


def says(quoted: str) -> bool:
    """Tell whether taskxl says what a handbook quotes, whatever stands in its holes."""
    parts = [re.escape(part) for part in _OPEN.split(quoted) if part]
    wanted = re.compile(r"[^\n]{0,40}?".join(parts))
    return any(wanted.search(text) for text in all_texts())


@cache
def all_texts() -> tuple[str, ...]:
    """Return every text, each on its own."""
    return (*_of_code(), *_of_pages(), *_of_templates())


def _of_code() -> Iterator[str]:
    for path in sorted((ROOT / "taskxl").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        explained = {id(one) for node in ast.walk(tree) for one in _docstring(node)}
        for node in ast.walk(tree):
            if id(node) in explained:
                continue
            if isinstance(node, ast.JoinedStr):
                yield "".join(
                    str(one.value) if isinstance(one, ast.Constant) else HOLE for one in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _docstring(node: ast.AST) -> Iterator[ast.AST]:
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
        yield body[0].value


def _of_pages() -> Iterator[str]:
    for pattern in ("*.html", "static/*.js"):
        for path in sorted((ROOT / "taskxl" / "page").rglob(pattern)):
            text = path.read_text(encoding="utf-8")
            yield re.sub(r"\{\{.*?\}\}|\{%.*?%\}", HOLE, text, flags=re.DOTALL)


def _of_templates() -> Iterator[str]:
    for path in sorted((ROOT / "templates").iterdir()):
        if path.suffix == ".txt":
            yield path.read_text(encoding="utf-8")
        elif path.suffix == ".docx":
            yield from (paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
        elif path.suffix == ".xlsx":
            for sheet in openpyxl.load_workbook(path):
                yield sheet.title
                yield from (str(cell) for row in sheet.values for cell in row if cell is not None)
