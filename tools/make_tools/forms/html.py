"""A page of HTML as the text that a reader sees: paragraphs, lists, tables as lines, links with their address."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import groupby

from make_tools.forms.plain import plain

_PARAGRAPHS = frozenset({
    "address", "article", "aside", "blockquote", "body", "dl", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul",
})  # fmt: skip
"""What an empty line stands around."""
_LINES = frozenset({"br", "center", "dd", "div", "dt", "figcaption", "li", "option", "tr"})
"""What begins a line of its own."""
_DEEPEST = 8
"""Lists within lists that are indented."""
_LONGEST_TAG = 8000
"""Characters of a tag that is read: how long its attributes take grows with the square of their length."""
_UNSEEN = re.compile(r"<(?:(!--)|[!?](?=[a-z\[])|(script|style|title|template)(?=[\s/>]))", re.ASCII | re.IGNORECASE)
"""Where something begins that no reader sees: a comment, a declaration, an element."""
_NO_TAG = re.compile(r"<(?!/?[A-Za-z][^<>]*>)")
_TOO_LONG = re.compile(rf"<[^<>]{{{_LONGEST_TAG},}}>")
_NO_CHARACTER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")
"""Numbers that are of no character, and that may be too long for one."""
_BLANK = re.compile(r"[ \t\n\r\f\v\xa0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


def text_of(html: str) -> str:
    """The text of a page, or of a part of one. Broken HTML is read as far as it goes; never raises.

    An item of a list begins with `- `, the cells of a row are parted by ` | `, and a link is `text (address)` where its
    address is not the text. At most one empty line stands between two others; there are no invisible characters.
    """
    reader = _Reader()
    reader.feed(_NO_TAG.sub("&lt;", _TOO_LONG.sub("", _NO_CHARACTER.sub("\ufffd", "".join(_seen(html))))))
    reader.close()
    return reader.text()


def _seen(html: str) -> Iterator[str]:
    """The parts without comments, declarations, and elements whose content nobody sees: to the end where one is not closed.

    Together with what else is taken from the parser, this makes it read each character once. What it does about tags that
    nobody closed, how long that takes, and whether it raises, depends on the version of Python.
    """
    position = 0
    while found := _UNSEEN.search(html, position):
        yield html[position : found.start()]
        if found[1]:
            # The two dashes may be those of the end.
            end = html.find("-->", found.start() + 2) + 3
        elif found[2]:
            closing = re.compile(f"</{found[2]}", re.ASCII | re.IGNORECASE).search(html, found.end())
            end = closing.end() if closing else 0
            end = html.find(">", end) + 1 if end else 0
        else:
            end = html.find(">", found.end()) + 1
        if end < found.end():
            return
        position = end
    yield html[position:]


class _Reader(HTMLParser):
    """Collects lines. It gets whole tags and text, and nothing else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._words: list[str] = []
        """Of the line that is being written."""
        self._filled = False
        """Whether it holds anything but separators."""
        self._bullet = ""
        """In front of the next line."""
        self._cells = 0
        self._lists = 0
        self._kept = 0
        """Elements that are open in which lines stay as they are."""
        self._link: tuple[str, int] | None = None
        """The address of the link that is open, and how many words there were before it."""

    def text(self) -> str:
        self._end_line()
        folded = ([""] if not line else list(lines) for line, lines in groupby(self._lines))
        return "\n".join(line for lines in folded for line in lines).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._end_link()
            self._link = _address(dict(attrs).get("href") or ""), len(self._words)
        elif tag == "img":
            self.handle_data(dict(attrs).get("alt") or "")
        elif tag in {"td", "th"}:
            self._words += [" | "] if self._cells else []
            self._cells += 1
        elif tag in _PARAGRAPHS or tag in _LINES:
            self._break(tag)
            self._kept += tag == "pre"
            self._lists += tag in {"ul", "ol"}
            if tag == "li":
                self._bullet = "- "

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        elif tag in _PARAGRAPHS or tag in _LINES:
            self._end_line()
            self._kept = max(self._kept - (tag == "pre"), 0)
            self._lists = max(self._lists - (tag in {"ul", "ol"}), 0)
            self._break(tag)

    def handle_data(self, data: str) -> None:
        first, *others = data.split("\n") if self._kept else [data]
        self._take(first)
        for line in others:
            self._end_line()
            self._take(line)

    def _take(self, words: str) -> None:
        self._words.append(words)
        self._filled = self._filled or bool(words.strip())

    def _break(self, tag: str) -> None:
        self._end_line()
        # A list within a list is part of it.
        if tag in _PARAGRAPHS and not self._lists:
            self._lines.append("")

    def _end_link(self) -> None:
        if self._link is None:
            return
        address, before = self._link
        self._link = None
        words = "".join(self._words[before:])
        text = _BLANK.sub(" ", words).strip()
        if address and _bare(address) != _bare(text):
            self._take(f" ({address})" if text else address)
            self._words += [" "] if words[-1:].isspace() else []

    def _end_line(self) -> None:
        line = plain(_BLANK.sub(" ", "".join(self._words))).strip() if self._filled else ""
        self._words.clear()
        self._filled, self._cells = False, 0
        if self._link is not None:
            # It ends in the line in which its text ends.
            self._link = self._link[0], 0
        if line:
            deep = min(self._lists, _DEEPEST) - 1
            self._lines.append("  " * deep + self._bullet + line)
            self._bullet = ""


def _address(href: str) -> str:
    """Where a link leads, if a reader could go there."""
    address = _BLANK.sub("", href)
    return address if address.lower().startswith(("http://", "https://", "mailto:")) else ""


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://|mailto:)", "", address.strip().lower()).rstrip("/")
