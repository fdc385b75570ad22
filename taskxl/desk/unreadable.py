"""Why a workbook of the 办公室's own cannot be read, by the code of the refusal."""

_WHY = {
    "R202": ("有打开密码", "读不到内容。请在 Excel 里取消密码，保存后再运行。"),
    "R204": ("太大或结构异常", "没有读取。请删去清单以外的内容，或从备份中找回。"),
    "R205": ("没有汇总表，或表头已被删改", ""),
}
_DAMAGED = "打不开，可能已损坏或没有存完。请在 Excel 里打开看看，或从备份中找回。"


def name_reason(code: str) -> str:
    """Return in a few words why a file cannot be read.

    >>> name_reason("R202"), name_reason("R201")
    ('有打开密码', '可能已损坏')
    """
    return _WHY.get(code, ("可能已损坏", ""))[0]


def explain_list(code: str) -> str:
    """Return why 主清单.xlsx cannot be read, with what to do."""
    reason, cure = _WHY.get(code, ("", ""))
    return f"{reason}，{cure}" if cure else _DAMAGED
