"""The look of the reports: one palette, official fonts, and the formats made of them.

Sizes as official papers use them (GB/T 9704): title 2号 (22 points), header 小四 (12 points) 黑体,
cells 五号 (10.5 points). 小标宋 and 仿宋_GB2312 are missing on many machines;
宋体 and 黑体 are on all.
Every colour goes with a word in the cell, and its lightness alone tells it in black and white.
"""

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format

Tone = Literal["", "error", "warning", "info", "done"]
Align = Literal["left", "center"]

SONG, HEI = "宋体", "黑体"
TITLE_SIZE, HEADER_SIZE, CELL_SIZE = 22, 12, 10.5
LINES = "#7F7F7F"
HEADER_FILL = "#E7E6E6"
SECTION_FILL = "#F2F2F2"
LINK_COLOUR = "#1F4E79"
FILLS: dict[Tone, str] = {
    "error": "#F4A6A0",
    "warning": "#FFE699",
    "info": "#DDEBF7",
    "done": "#E2EFDA",
}

DATE = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm"
PERCENT = "0.0%"


def workbook_options() -> dict[str, Any]:
    """Return the options of every workbook written; a new dict, because xlsxwriter adds to it.

    Column widths count in digits of the default font, and Excel's own one, Calibri, is replaced by
    wider ones on machines that lack it.
    """
    return {
        "default_format_properties": {"font_name": SONG, "font_size": 11},
        "default_column_width": 72,
        "default_row_height": 18,
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }


class Styles:
    """The formats of one workbook, each made once when it is first asked for."""

    def __init__(self, workbook: "xlsxwriter.Workbook") -> None:
        self._workbook = workbook
        self._formats: dict[object, Format] = {}
        self.title = self._add(font_name=SONG, font_size=TITLE_SIZE, bold=True, align="center")
        self.note = self._add(font_name=SONG, font_size=CELL_SIZE, align="left")
        self.names = self._add(font_name=HEI, font_size=HEADER_SIZE, align="left")
        self.heading = self._add(font_name=HEI, font_size=14, align="left")
        self.link = self._add(
            font_name=SONG,
            font_size=CELL_SIZE,
            font_color=LINK_COLOUR,
            underline=1,
            align="center",
            **_BORDER,
        )
        self.header = self._add(
            font_name=HEI, font_size=HEADER_SIZE, align="center", bg_color=HEADER_FILL, **_BORDER
        )
        self.section = self._add(
            font_name=HEI, font_size=HEADER_SIZE, align="left", bg_color=SECTION_FILL, **_BORDER
        )

    def _add(self, **properties: Any) -> "Format":
        return self._workbook.add_format({"valign": "vcenter", "text_wrap": True, **properties})

    def cell(
        self, align: Align = "left", tone: Tone = "", number: str = "", quoted: bool = False
    ) -> "Format":
        """Return the format of a body cell.

        `number` is Excel's number format; `quoted` keeps a text that begins like a formula a text
        even when somebody edits the cell.
        """
        key = (align, tone, number, quoted)
        if key not in self._formats:
            properties: dict[str, Any] = {"font_name": SONG, "font_size": CELL_SIZE, **_BORDER}
            properties["align"] = align
            if tone:
                properties["bg_color"] = FILLS[tone]
            if number:
                properties["num_format"] = number
            if quoted:
                properties["quote_prefix"] = True
            self._formats[key] = self._add(**properties)
        return self._formats[key]


_BORDER: dict[str, Any] = {"border": 1, "border_color": LINES}
