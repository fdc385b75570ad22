"""What stops a run: one exception type, shown as one Chinese line."""


class TaskxlError(Exception):
    """The run cannot go on.

    The message is one Chinese line for the person at the keyboard:
    place, what is there, what is wanted, what to do.
    Faults in somebody's data are not exceptions but findings (see `taskxl.findings`).
    """


def explain_unloaded(module: str) -> str:
    """Return one Chinese line that names the library, given by its module, that cannot be loaded.

    >>> explain_unloaded("lxml.etree").split("。")[0]
    'taskxl 的安装不完整：程序库 lxml 没有装好，加载不了'
    """
    from importlib.metadata import packages_distributions

    top = module.split(".")[0]
    package = next(iter(packages_distributions().get(top, ())), top)
    return (
        f"taskxl 的安装不完整：程序库 {package or '（名称不明）'} 没有装好，加载不了。"
        "请重新安装（pip install --force-reinstall taskxl）后再运行；文件都没有问题，不用重发。"
    )
