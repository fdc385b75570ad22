"""Numbers as they are seen: what a number format makes of a number, for every kind of workbook.

The rules of formats are those of ECMA-376 part 1, 18.8.30 and 18.8.31; `xlfmt` applies them.
Dates are none of this module's: they are values of their own.
"""

from functools import lru_cache

from taskxl.intake.grids import ShownNumber, Value, value_text

# Formats that have a number and no code of their own in a file; 0 is General, 49 text.
BUILT_IN: dict[int, str] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"¥"#,##0;"¥"-#,##0',
    6: '"¥"#,##0;"¥"-#,##0',
    7: '"¥"#,##0.00;"¥"-#,##0.00',
    8: '"¥"#,##0.00;"¥"-#,##0.00',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    41: "#,##0",
    42: '"¥"#,##0',
    43: "#,##0.00",
    44: '"¥"#,##0.00',
    48: "##0.0E+0",
}
_LONGEST = 255  # characters of a format that Excel takes
_PLAIN = frozenset(("", "general", "@", "g/通用格式", "0", "#", "general;general"))


def changes_look(code: str) -> bool:
    """Tell whether a format may show a number otherwise than with all its digits.

    >>> changes_look("0.00%"), changes_look("General"), changes_look("G/通用格式")
    (True, False, False)
    """
    return len(code) <= _LONGEST and code.strip().lower() not in _PLAIN


@lru_cache(maxsize=8192)
def _show(number: float, code: str) -> str:
    from xlfmt import format_value

    code = code.replace("G/通用格式", "General").replace("G/標準", "General")
    try:
        # Excel keeps fifteen digits of a number.
        return str(format_value(float(f"{number:.15g}"), code)).strip()
    except Exception:
        # A stranger's format may be anything; the number itself is still there.
        return ""


def show_number(number: float, code: str) -> Value:
    """Return a number with the text that its format shows; the bare number where they agree.

    >>> value_text(show_number(0.85, "0%")), value_text(show_number(1234.5, '#,##0.00"万元"'))
    ('85%', '1,234.50万元')
    >>> value_text(show_number(1.0, "000")), value_text(show_number(2.0, '"A-"00'))
    ('001', 'A-02')
    >>> value_text(show_number(4.3, "0.00")), value_text(show_number(7.0, ";;;"))
    ('4.30', '7')
    """
    if not changes_look(code):
        return number
    shown = _show(number, code)
    return ShownNumber(number, shown) if shown and shown != value_text(number) else number
