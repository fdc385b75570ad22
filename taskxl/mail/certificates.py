"""How a mail server has to prove itself, and what is said where it does not."""

import os
import re
import ssl

from taskxl.errors import TaskxlError
from taskxl.text import show

CA_VARIABLE = "TASKXL_CA_FILE"
"""The environment variable that names a bureau's own authority."""

# OpenSSL's X509_V_ERR numbers.
_FAULTS = {
    9: "证书还没有生效。请核对这台电脑的日期；",
    10: "证书已过期。请核对这台电脑的日期，或告知邮箱管理员；",
    18: "证书是自己签发的。",
    19: "证书是自己签发的。",
    20: "证书不是这台电脑信任的机构签发的。",
    21: "证书不是这台电脑信任的机构签发的。",
    23: "证书已被吊销。请告知邮箱管理员；",
    62: "证书上的名称不是这个服务器。",
    64: "证书上的名称不是这个服务器。",
}
_OWN_AUTHORITY, _OTHER_NAME = (18, 19, 20, 21), (62, 64)


def find_authority() -> str | None:
    """Return the file of the bureau's own authority, where the environment names one."""
    return os.environ.get(CA_VARIABLE) or None


def make_context(ca_file: str | None) -> ssl.SSLContext:
    """Return the checks of a server's certificate: the system's, and a bureau's own authority.

    Nothing older than TLS 1.2 is spoken (RFC 8996).
    Raises TaskxlError where the file cannot be used.
    """
    context = ssl.create_default_context()
    # Whatever the system's own settings allow.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise TaskxlError(
                f"环境变量 {CA_VARIABLE} 指的“{show(ca_file)}”不能用作证书。"
                "请核对路径，文件应是 PEM 格式的根证书。"
            ) from error
    return context


_TOO_OLD = re.compile(r"UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|WRONG_SSL_VERSION|VERSION_TOO_LOW")


def is_too_old(error: ssl.SSLError) -> bool:
    """Tell whether a server speaks no TLS that is still thought safe."""
    return bool(_TOO_OLD.search(error.reason or ""))


def explain_certificate(error: ssl.SSLCertVerificationError, item: str) -> str:
    """Return what is wrong with a certificate and what to do; `item` of 设置 names the server."""
    said = _FAULTS.get(error.verify_code, "证书没有通过检查。")
    if error.verify_code in _OWN_AUTHORITY:
        return f"{said}本单位自建的邮箱，请把它的根证书存成文件，用环境变量 {CA_VARIABLE} 指明；"
    return f"{said}请核对“设置”里的{item}；" if error.verify_code in _OTHER_NAME else said
