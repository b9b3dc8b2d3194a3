"""Forms with files in them: `multipart/form-data`, as browsers and other clients send it (RFC 7578).

Names are UTF-8 as they stand, or encoded as RFC 5987 and RFC 2231 have it (`filename*=utf-8''na%C3%AFve.txt`).
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

MOST = 10_000
"""Fields of one form. What has more is taken for a text; how many Make takes is not documented."""

_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)', re.DOTALL)
_CONTINUED = re.compile(r"([^*]+)(?:\*([0-9]{1,4}))?(\*)?")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One field. `file_name` is `None` where it is no file."""

    name: str
    file_name: str | None
    mime: str
    content: bytes


def parts(content_type: str, raw: bytes) -> list[Part] | None:
    """The fields of a form, those without a name left out; nothing where there is no form to be read."""
    boundary = _parameters(content_type).get("boundary", "")
    # A header brings bytes as Latin-1.
    line = b"--" + boundary.encode("latin-1", errors="replace")
    if not boundary or raw.count(line) > MOST:
        return None
    delimiter = re.compile(rb"(?:\A|\r?\n)" + re.escape(line) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    found: list[Part] = []
    marks = list(delimiter.finditer(raw))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        if mark[1] is not None:
            break
        part = _part(raw[mark.end() : len(raw) if following is None else following.start()])
        if part is not None:
            found.append(part)
    return found


def _part(raw: bytes) -> Part | None:
    """One part, from the end of the line that begins it."""
    blank = re.search(rb"\r?\n\r?\n", raw)
    if blank is None:
        return None
    headers = _headers(raw[: blank.start()])
    said = _parameters(headers.get("content-disposition", ""))
    if "name" not in said:
        return None
    mime = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Part(
        name=said["name"],
        file_name=said.get("filename"),
        mime=mime if mime.count("/") == 1 else "text/plain",
        content=_decoded(raw[blank.end() :], headers.get("content-transfer-encoding", "").strip().lower()),
    )


def _headers(raw: bytes) -> Mapping[str, str]:
    """Headers by their names in small letters. A line that begins with a space goes on with the one before."""
    lines = re.sub(rb"\r?\n[ \t]", b" ", raw).decode(errors="replace").split("\n")
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _decoded(content: bytes, encoding: str) -> bytes:
    """The content as it was before it was encoded, which no browser does any more."""
    try:
        if encoding == "base64":
            return binascii.a2b_base64(content)
    except binascii.Error:
        return content
    return quopri.decodestring(content) if encoding == "quoted-printable" else content


def _parameters(header: str) -> dict[str, str]:
    """The parameters behind a header's value. An encoded one goes before a plain one of the same name (RFC 6266), and
    one in several pieces is put together (RFC 2231).
    """
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for found in _PARAMETER.finditer(header):
        value = found[2].strip()
        if value.startswith('"'):
            value = re.sub(r'\\([\\"])', r"\1", value[1:].removesuffix('"'))
        name = _CONTINUED.fullmatch(found[1].lower())
        if name is None:
            continue
        if name[2] is None and name[3] is None:
            plain.setdefault(name[1], value)
        else:
            pieces.setdefault(name[1], {})[int(name[2] or 0)] = (name[3] is not None, value)
    return plain | {name: _joined(of_name) for name, of_name in pieces.items()}


def _joined(pieces: Mapping[int, tuple[bool, str]]) -> str:
    charset, joined = "utf-8", b""
    for place, (encoded, value) in enumerate(pieces[number] for number in sorted(pieces)):
        rest = value
        if encoded and place == 0 and value.count("'") >= 2:
            charset, _, rest = value.split("'", 2)
        joined += unquote_to_bytes(rest) if encoded else rest.encode()
    # The two that the standard asks for. Others are not looked up: Python knows some that no client means.
    latin = charset.strip().lower() in ("iso-8859-1", "latin-1", "latin1")
    return joined.decode("latin-1" if latin else "utf-8", errors="replace")
