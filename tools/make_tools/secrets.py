"""What looks like a secret: names of fields whose values are none of a transcript's business, and credentials in texts.

It knows the usual names and forms, and no others. Hidden is what would be a credential in somebody else's hands; what only
speaks of one is not: a count of tokens, a reference to a stored key, an expression of Make that is filled in when it runs.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

HIDDEN = "[not shown]"
"""Stands where a secret is in a preview. null, true and false are never hidden: they are no secrets, and tell what happens."""
MARK = "hidden by make-mcp"
"""In whatever stands in the place of a secret in an answer, so that it is known where it comes back."""

DEBUG = "debug"
"""What Make adds for itself: requests and answers of third parties, with all their headers."""
CALL = frozenset({"header", "headers", "qs", "query", "querystring", "queryparameters"})
"""Where a name such as "key" is a credential of a call; elsewhere it is the key of a record."""
NAMING = ("name", "key", "field", "a")
NAMED = frozenset({"value", "val", "data", "content", "default", "b"})
"""`{"name": "Authorization", "value": ...}`, and `{"a": "{{1.token}}", "o": "text:equal", "b": ...}` in filters."""

_KEY = r"(?:api|private|access|account|client|signing|encryption|shared|subscription|service)"
_SECRET = re.compile(
    rf"authori[sz]ation|password|passwd|passphrase|passcode|secret|token|credential|cookie|bearer|{_KEY}key|connectionstring"
)
_WORDS = frozenset({"pass", "pwd", "pin", "otp", "jwt"})
_OF_A_CALL = re.compile(r"key|auth|session|signature")
_PASSWORD = re.compile(r"passw|passphrase|passcode|pass$|pwd$|pin$|otp$")
_NO_SECRET = re.compile(
    r"keychain|(?:max|min|count|total|limit|budget|input|output|prompt|completion|used?)\w*tokens"
    r"|(?:page|sync|cursor|continuation|delta|next)token|tokeni[sz]|secretar|cookie(?:consent|banner|policy)"
    r"|(?:token|key|secret|passw(?:or)?d|cookie|credentials?|authori[sz]ation)"
    r"(?:ids?|names?|types?|ur[il]|endpoint|expir(?:y|es?|ation|esin|esat)|lifetime|ttl|limit|counts?|usage|status|scopes?|labels?"
    r"|policy|length|enabled|required|fields?|location|placement|format|algorithm|method|mode|provider|summary)$"
)
"""References to stored keys, how many tokens a language model may use, where a list goes on, and what is told of a secret."""
_PLAIN = frozenset({
    "none", "noauth", "basic", "bearer", "oauth", "oauth1", "oauth2", "apikey", "header", "headers", "query", "body", "cookie",
    "token", "jwt", "custom", "default", "auto", "required", "optional", "yes", "no", "true", "false", "null", "undefined", "on",
    "off", "enabled", "disabled", "include", "omit", "same-origin", "text", "string", "number", "boolean",
})  # fmt: skip
"""Values that say how something signs in, and not with what."""
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_SCHEME = re.compile(r"(?i)(?:bearer|basic|token|digest|apikey|key)?[\W_]*")


@lru_cache(8192)
def looks_secret(name: str, *, call: bool = False) -> bool:
    """Whether the value of a field of this name stays out of a transcript. `call`: among headers or query parameters."""
    name = name[:200]
    squashed = re.sub(r"[^a-z0-9]", "", name.lower())
    if _NO_SECRET.search(squashed):
        return False
    if squashed == DEBUG or _SECRET.search(squashed) or (call and _OF_A_CALL.search(squashed)):
        return True
    return not _WORDS.isdisjoint(word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name))


def secret_members(holder: Mapping[str, object], *, call: bool) -> frozenset[str]:
    """The names in an object whose values stay out of a transcript, `{"name": "token", "value": ...}` included."""
    found = {str(name) for name in holder if looks_secret(str(name), call=call)}
    names = [name for name in map(holder.get, NAMING) if isinstance(name, str)]
    if any(looks_secret(name, call=call) for name in names):
        found |= NAMED & holder.keys()
    return frozenset(found)


def tells_nothing(name: str, value: object) -> bool:
    """Whether a value is no secret, though the name is that of one.

    An empty text, an expression of Make, a word that tells how something signs in; a number, unless it may be a password.
    """
    if value is None or isinstance(value, bool):
        return True
    is_password = _PASSWORD.search(re.sub(r"[^a-z0-9]", "", name.lower())) is not None
    if isinstance(value, int | float):
        return not is_password
    if not isinstance(value, str):
        return False
    if "{{" in value and _SCHEME.fullmatch(_EXPRESSION.sub("", value)):
        return True
    return not any(map(str.isalnum, value)) or (not is_password and value.strip().lower() in _PLAIN)


def without_secrets(value: str, instead: str = HIDDEN) -> str:
    """A text without what looks like a credential within it."""
    lower = value.lower()
    for form in _FORMS:
        if form.may_be_in(lower):
            value = form.replaced(value, instead)
    return value


def suspects(texts: Collection[str]) -> list[str]:
    """Those of the texts that may hold a credential. Much quicker than looking for one in each."""
    # Ids and numbers are most of it: a credential of letters and digits alone is known by how it begins.
    looked_at = [text for text in texts if not text.isalnum() or text.startswith(_BARE)]
    # No sign holds the end of a line, so that none comes about between two texts.
    lower = "\n".join(looked_at).lower()
    signs = [sign for sign in _SIGNS if sign in lower]
    return [text for text in looked_at if any(sign in text.lower() for sign in signs)] if signs else []


@dataclass(frozen=True, slots=True)
class _Form:
    """One form of a credential. What the last group matches is one, if `check` says so of the match."""

    signs: tuple[str, ...]
    """One of them stands in each text that holds one, in lower case."""
    pattern: str
    check: Callable[[re.Match[str]], bool] | None = None
    assigns: bool = False
    """Whether an equals sign or a colon stands before it."""

    def may_be_in(self, lower: str) -> bool:
        if self.assigns and "=" not in lower and ":" not in lower:
            return False
        return any(sign in lower for sign in self.signs)

    def replaced(self, value: str, instead: str) -> str:
        def replace(match: re.Match[str]) -> str:
            if self.check is not None and not self.check(match):
                return match[0]
            start, end = (at - match.start() for at in match.span(match.lastindex or 0))
            return match[0][:start] + instead + match[0][end:]

        return re.sub(self.pattern, replace, value, flags=re.IGNORECASE)


def _form(signs: str, pattern: str, check: Callable[[re.Match[str]], bool] | None = None) -> _Form:
    # Compiled when it is first needed, and kept by `re`: all of them together take longer than the rest of the catalogue.
    return _Form(tuple(signs.split(" ")), pattern, check, assigns=signs == _NAMES)


def _varies(match: re.Match[str]) -> bool:
    """No word of a sentence: digits, or what only a key has in it."""
    return re.search(r"[\d=]", _last(match)) is not None


def _is_random(match: re.Match[str]) -> bool:
    return re.search(r"[\d=/+~]", _last(match)) is not None or len(_last(match)) >= 20


def _is_named(match: re.Match[str]) -> bool:
    """Whether the name is that of a secret, and the value one: `token: expired` is a sentence, `token: 4f2a99` is not."""
    # The pattern begins with what tells; the whole name may tell more, as in `nextPageToken`.
    start = match.start("name")
    before = re.search(r"[\w-]*$", match.string[max(0, start - 40) : start])
    name = (before[0] if before else "") + match["name"]
    if not looks_secret(name) or tells_nothing(name, _last(match)):
        return False
    if match["said"] is None or not match["between"][-1].isspace() or _PASSWORD.search(match["name"].lower()):
        return True
    return len(match["said"]) >= 6 and _is_random(match)


def _last(match: re.Match[str]) -> str:
    return match[match.lastindex or 0]


# Each begins where nothing of its own kind precedes it, so that long texts take linear time.
_NOT_YET = rf"(?!\{{\{{|\[(?:not shown\]|(?:key )?{MARK}))"
_NAME = (
    r"(?P<name>(?:authori[sz]ation|api[ _-]?key|passw(?:or)?d|passphrase|passcode|secret|token(?!s)|credentials?|pwd"
    rf"|{_KEY}[_-]?key|connection[_-]?string|(?<![a-z])(?:otp|jwt))[\w-]{{0,20}})"
)
_BARE = ("AKIA", "AIza")
_NAMES = "authori key pass secret token credential pwd otp jwt nectionstring nection_string nection-string"
_PATH = rf"({_NOT_YET}(?:[^\s\"'\\<>]|\\+/)+)"
_SLASH = r"(?:/|%2f|\\+/)"
_FORMS: tuple[_Form, ...] = (
    _form("key", r"(-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[^-]*)"),
    _form("://", rf"://({_NOT_YET}[^\s/@:{{}}]*:[^\s/@{{}}]+)@"),
    _form("hook", rf"(?:://|%3a%2f%2f|:\\+/\\+/)hooks?\.[\w.-]{{1,60}}(?::\d{{1,5}})?{_SLASH}{_PATH}"),
    _form("hook", rf"(?<![\w./-])hook\.(?:[\w-]{{1,30}}\.){{0,3}}(?:make|celonis|integromat)\.com{_SLASH}{_PATH}"),
    _form("hook", rf"discord(?:app)?\.com{_SLASH}api{_SLASH}webhooks{_SLASH}{_PATH}"),
    _form("hook", r"(?<![\w.+-])([\w.+-]+)(?:@|%40)hooks?\."),
    _form(
        "authori",
        rf"authori[sz]ation\\*[\"']?\s{{0,3}}[=:]\s{{0,3}}\\*[\"']?(?:bearer|basic|token|digest|apikey|key)\s+"
        rf"{_NOT_YET}([^\s\"'\\,;<>]+)",
    ),
    _form("bearer", rf"\bbearer\s+{_NOT_YET}([\w.~+/=:-]{{6,}})", _is_random),
    _form("basic token", rf"\b(?:basic|token)\s+{_NOT_YET}([\w.~+/=:-]{{6,}})", _varies),
    _form(
        _NAMES,
        rf"{_NAME}(?P<between>\\{{0,3}}[\"']?\s{{0,3}}[=:]\s{{0,3}})(?:\"{_NOT_YET}((?:[^\"\\]|\\.)+)|'{_NOT_YET}((?:[^'\\]|\\.)+)"
        rf"|\\{{1,3}}[\"']{_NOT_YET}([^\"'\\]+)|{_NOT_YET}(?P<said>[^\s\"'\\&,;}}<>]+))",
        _is_named,
    ),
    _form("cookie", r"cookie\\*[\"']?\s{0,3}:\s{0,3}\\*[\"']?([\w.-]{1,80}=[^\r\n\"'\\]+)"),
    _form(
        "=",
        r"[?&;](?:x-amz-|x-goog-)?(?:sig|signature|credential|security-token|key|auth|session|sessionid|sid|hash|invitation)="
        rf"{_NOT_YET}([^\s\"'\\&<>#]{{8,}})",
        _is_random,
    ),
    _form(
        "k- k_ xox gh glpat akia aiza eyj sg. shpat whsec",
        r"(?-i:(?<![\w-])([spr]k[-_][\w-]{16,}|xox[a-z]-[\w-]{10,}|gh[a-z]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}"
        r"|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|eyJ[\w-]{10,}\.[\w-]{5,}(?:\.[\w-]*)?|SG\.[\w-]{16,}\.[\w-]{16,}|shpat_\w{20,}"
        r"|whsec_[\w+/=]{20,}))",
    ),
)
_SIGNS = tuple(dict.fromkeys(sign for form in _FORMS for sign in form.signs))
