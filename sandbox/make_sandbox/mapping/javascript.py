"""A look at the code of custom functions: what it declares, and the mistakes that can be seen without running it.

There is no JavaScript engine here. What is found: text that is not one function declaration, brackets, strings,
templates and comments that are not closed, and words or operators that cannot stand beside each other. What is not
found is let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

RESERVED = frozenset(
    [
        "arguments",
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "eval",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "yield",
    ]
)
"""Words that no function can be called (documented: JavaScript's reserved words)."""

_BEFORE_WORDS = RESERVED - {"this", "super", "null", "true", "false", "arguments", "eval"} | {
    "async",
    "get",
    "set",
    "of",
}
_BETWEEN_WORDS = frozenset({"in", "instanceof", "of", "as", "from"})
_HANGING = frozenset(
    [
        "*",
        "/",
        "%",
        "**",
        "=",
        "==",
        "===",
        "!=",
        "!==",
        "<",
        ">",
        "<=",
        ">=",
        "&&",
        "||",
        "??",
        "+",
        "-",
        "+=",
        "-=",
        "*=",
        "/=",
        "&",
        "|",
        "^",
        ".",
        "=>",
        "?",
        "...",
    ]
)
"""Operators that want something after them."""
_ENDING = frozenset([")", "]", "}", ";", ","])
_CLOSING = {")": "(", "]": "[", "}": "{"}
_SKIPPED = re.compile(r"(?:\s|//[^\n]*|/\*[\s\S]*?\*/)+")
_TOKEN = re.compile(
    r"""(?P<word>(?:[^\W\d]|\$)[\w$]*)
    |(?P<value>0[xXbBoO][\dA-Fa-f_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?
        |"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')
    |(?P<sign>\.\.\.|=>|\?\.|\?\?=?|\*\*=?|===?|!==?|>>>?=?|<<=?|<=|>=|&&=?|\|\|=?|\+\+|--|[-+*/%&|^]=|[-+*/%&|^~!<>=?:;,.()[\]{}#@])""",
    re.VERBOSE,
)
# Nothing is tried twice here: a text of slashes and brackets would take long otherwise.
_PATTERN = re.compile(r"/(?:[^/\\\[\n]++|\\.|\[(?:[^\]\\\n]++|\\.)*+\])++/[a-z]*")
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*")


LONGEST = 5_000
"""Characters of one function (documented by practitioners as Make's limit, not by Make's own reference)."""


class SyntaxMistake(Exception):
    """The code cannot be a custom function. The text names the reason as an engine would."""


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    starts_line: bool


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What one function declaration says. `args` is written as Make shows it: `(first, second)`."""

    name: str
    args: str


def read(code: str) -> Declaration:
    """The function that the code declares.

    Raises:
        SyntaxMistake: it is no declaration of one function, or has a mistake that can be seen.
    """
    if len(code) > LONGEST:
        raise SyntaxMistake(f"The code is too long: {len(code)} characters, where {LONGEST} are allowed.")
    tokens = list(_tokens(code))
    head = [token.text for token in tokens[:3]]
    if not tokens:
        raise SyntaxMistake("SyntaxError: Unexpected end of input")
    if head[0] != "function":
        raise SyntaxMistake(f"SyntaxError: Unexpected token '{head[0]}': the code must be a function declaration")
    if len(tokens) < 3 or tokens[1].kind != "word" or head[1] in RESERVED or head[2] != "(":
        raise SyntaxMistake("SyntaxError: Function statements require a function name")
    _check_brackets(tokens)
    closing = _match(tokens, 2)
    if closing + 1 == len(tokens) or tokens[closing + 1].text != "{":
        raise SyntaxMistake("SyntaxError: Function statements require a body")
    for token in tokens[_match(tokens, closing + 1) + 1 :]:
        if token.text != ";":
            raise SyntaxMistake(f"SyntaxError: Unexpected token '{token.text}' after the function")
    _check_neighbours(tokens)
    return Declaration(name=head[1], args=_args(code[tokens[2].start + 1 : tokens[closing].start]))


def _args(source: str) -> str:
    parts = " ".join(_SKIPPED.sub(" ", source).split())
    return f"({re.sub(r' ?, ?', ', ', parts)})"


def _tokens(code: str) -> Iterator[Token]:
    """The parts of the code. Templates are split at their placeholders, which are code again."""
    position, open_, previous, new_line = 0, list[str](), "", True
    while position < len(code):
        if skipped := _SKIPPED.match(code, position):
            new_line = new_line or "\n" in skipped[0]
            position = skipped.end()
            continue
        kind, end = _next(code, position, previous)
        text = code[position:end]
        if text == "`" or (text == "}" and open_ and open_[-1] == "${"):
            if text == "}":
                open_.pop()
            kind, end = "value", _template(code, end)
            if code[end] == "$":
                open_.append("${")
                end += 1
            text, end = code[position : end + 1], end + 1
        elif text == "{":
            open_.append(text)
        elif text == "}" and open_:
            open_.pop()
        yield Token(kind, text, position, new_line)
        position, previous, new_line = end, text, False
    if "${" in open_:
        raise SyntaxMistake("SyntaxError: Unterminated template literal")


def _next(code: str, position: int, previous: str) -> tuple[str, int]:
    """The kind of the next part, and where it ends."""
    if code[position] == "`":
        return "value", position + 1
    if code.startswith("/*", position):
        raise SyntaxMistake("SyntaxError: Invalid or unexpected token: a comment is not closed")
    ends_a_value = previous in (")", "]") or (bool(previous) and previous not in RESERVED and not _is_sign(previous))
    if code[position] == "/" and not ends_a_value and (found := _PATTERN.match(code, position)):
        return "value", found.end()
    found = _TOKEN.match(code, position)
    if found is None:
        raise SyntaxMistake("SyntaxError: Invalid or unexpected token")
    return str(found.lastgroup), found.end()


def _is_sign(text: str) -> bool:
    return text[0] in "-+*/%&|^~!<>=?:;,.()[]{}#@" or text.endswith("${")


def _template(code: str, position: int) -> int:
    """Where the text of a template stops: at the backtick, or at a placeholder's dollar sign."""
    found = _TEMPLATE.match(code, position)
    end = position if found is None else found.end()
    if end >= len(code) or code[end] not in "`$":
        raise SyntaxMistake("SyntaxError: Unterminated template literal")
    return end


def _check_brackets(tokens: list[Token]) -> None:
    open_: list[str] = []
    for token in tokens:
        if token.kind != "sign":
            continue
        if token.text in _CLOSING.values():
            open_.append(token.text)
        elif token.text in _CLOSING and (not open_ or open_.pop() != _CLOSING[token.text]):
            raise SyntaxMistake(f"SyntaxError: Unexpected token '{token.text}'")
    if open_:
        raise SyntaxMistake("SyntaxError: Unexpected end of input")


def _match(tokens: list[Token], opening: int) -> int:
    """Where the bracket is that closes the one at a position. All brackets are known to be in order."""
    depth = 0
    for position in range(opening, len(tokens)):
        if tokens[position].kind == "sign":
            depth += tokens[position].text in _CLOSING.values()
            depth -= tokens[position].text in _CLOSING
            if depth == 0:
                return position
    raise SyntaxMistake("SyntaxError: Unexpected end of input")


def _check_neighbours(tokens: list[Token]) -> None:
    """Two values in a row on one line, and operators with nothing after them."""
    for one, other in pairwise(tokens):
        if one.kind == other.kind == "sign" and one.text in _HANGING and other.text in _ENDING:
            raise SyntaxMistake(f"SyntaxError: Unexpected token '{other.text}'")
        ends = one.text not in _BEFORE_WORDS if one.kind == "word" else _is_literal(one)
        begins = other.text not in _BETWEEN_WORDS if other.kind == "word" else _is_literal(other)
        if ends and begins and not other.starts_line:
            what = "identifier" if other.kind == "word" else "literal"
            raise SyntaxMistake(f"SyntaxError: Unexpected {what} '{other.text}'")


def _is_literal(token: Token) -> bool:
    """A number or a string; not a part of a template, which may stand behind its tag or before its placeholder."""
    return token.kind == "value" and (token.text[0] in "\"'" or token.text[0].isdigit())
