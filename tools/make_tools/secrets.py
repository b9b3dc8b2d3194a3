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
    also: tuple[str, ...] = ("",)
    """And one of these."""

    def may_be_in(self, lower: str) -> bool:
        if not any(sign in lower for sign in self.also):
            return False
        return any(sign in lower for sign in self.signs)

    def replaced(self, value: str, instead: str) -> str:
        def replace(match: re.Match[str]) -> str:
            if self.check is not None and not self.check(match):
                return match[0]
            start, end = (at - match.start() for at in match.span(match.lastindex or 0))
            return match[0][:start] + instead + match[0][end:]

        return re.sub(self.pattern, replace, value, flags=re.IGNORECASE)


def _form(signs: str, pattern: str, check: Callable[[re.Match[str]], bool] | None = None, also: str = "") -> _Form:
    # Compiled when it is first needed, and kept by `re`: all of them together take longer than the rest of the catalogue.
    return _Form(tuple(signs.split(" ")), pattern, check, tuple(also.split(" ")))


def _varies(match: re.Match[str]) -> bool:
    """No word of a sentence: digits, or what only a key has in it."""
    return re.search(r"[\d=]", _last(match)) is not None


def _is_long_and_varies(match: re.Match[str]) -> bool:
    """No name of a user before the host of an address."""
    return len(_last(match)) >= 16 and _varies(match)


def _is_random(match: re.Match[str]) -> bool:
    return re.search(r"[\d=/+~]", _last(match)) is not None or len(_last(match)) >= 20


def _is_named(match: re.Match[str]) -> bool:
    """Whether the name is that of a secret, and the value one: `token: expired` is a sentence, `token: 4f2a99` is not."""
    # The pattern begins with what tells; the whole name may tell more, as in `nextPageToken`.
    start = match.start("name")
    before = re.search(r"[\w-]*$", match.string[max(0, start - 40) : start])
    name = (before[0] if before else "") + match["name"]
    value = _last(match).strip("[]\"'\\ \t\r\n")
    if match["name"].lower() == "udid":
        return re.match(r"[\w-]{16}", value) is not None
    if not looks_secret(name) or tells_nothing(name, value):
        return False
    if match["said"] is not None and match["name"].lower() == "pass":
        # How many tests pass, and whether they do, is no password.
        return not (len(value) < 6 or value.isdigit() or value.lower() in _PLAIN or match["between"][-1].isspace())
    if match["said"] is None or not match["between"][-1].isspace() or _PASSWORD.search(match["name"].lower()):
        return True
    return len(match["said"]) >= 6 and _is_random(match)


def _last(match: re.Match[str]) -> str:
    return match[match.lastindex or 0]


# Each begins where nothing of its own kind precedes it, so that long texts take linear time.
_NOT_YET = rf"(?!\{{\{{|\[(?:not shown\]|(?:key )?{MARK}))"
_PERCENT = r"%(?:25){0,3}"
_SLASH = rf"(?:/|{_PERCENT}2f|\\+/|\\{{1,8}}[ux](?:00)?2f|&#(?:0*47|x0*2f);)"
_COLON = rf"(?::|{_PERCENT}3a|\\{{1,8}}[ux](?:00)?3a|&#(?:0*58|x0*3a);)"
_AT = rf"(?:@|{_PERCENT}40|\\{{1,8}}[ux](?:00)?40|&#(?:0*64|x0*40);)"
_EQUALS = rf"(?:=|{_PERCENT}3d|\\{{1,8}}[ux](?:00)?3d|&#(?:0*61|x0*3d);)"
_HTML_QUOTE = r"&(?:amp;)?(?:quot|apos|#0*3[49]|#x0*2[27]);"
"""Characters as they are and as others write them."""
_NAME = (
    r"(?P<name>(?:authori[sz]ation|api[ _-]?key|passw(?:or)?d|passphrase|passcode|secret|token(?!s)|credentials?|pwd"
    rf"|{_KEY}[_-]?key|connection[_-]?string|(?<![a-z])(?:otp|jwt))[\w-]{{0,20}}"
    r"|(?<![a-z])udid(?![\w-])|(?-i:(?<![A-Za-z])(?:[Pp]ass|PASS)|(?<=[a-z])Pass)(?![\w-]))"
)
_BARE = ("AKIA", "AIza")
_NAMES = "authori key pass secret token credential pwd otp jwt nectionstring nection_string nection-string udid"
_PATH = rf"({_NOT_YET}(?:[^\s\"'\\<>]|\\+/|\\{{1,8}}[ux](?:00)?2f)+)"
_PORT = rf"(?:{_COLON}\d{{1,5}})?"
_QUOTED_NAME = r"\\{0,3}[\"'](?:value|val|data|content|default)\\{0,3}[\"']"
_FORMS: tuple[_Form, ...] = (
    _form("key", r"(-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[^-]*)"),
    # What follows the first `@` may be more of the password; of a list of addresses it is not.
    _form("://", rf"://({_NOT_YET}[^\s/@:{{}}]*:[^\s/@{{}}]+(?:@[^\s/@{{}}\"'<>,;&?#]+)*)@"),
    _form("://", rf"://{_NOT_YET}([^\s/@:{{}}\"'<>,;&?#]+)@", _is_long_and_varies),
    _form("hook", rf"{_COLON}{_SLASH}{{2}}hooks?\.[\w.-]{{1,60}}{_PORT}{_SLASH}{_PATH}"),
    _form(
        "hook",
        rf"(?:(?<![\w.-])|(?<=2f))hook\.(?:[\w-]{{1,30}}\.){{0,3}}(?:make|celonis|integromat)\.com{_PORT}{_SLASH}{_PATH}",
    ),
    _form("hook", rf"discord(?:app)?\.com{_SLASH}api{_SLASH}webhooks{_SLASH}{_PATH}"),
    _form("hook", rf"(?<![\w.+-])([\w.+-]+){_AT}hooks?\."),
    _form(
        "authori",
        rf"authori[sz]ation\\*[\"']?\s{{0,3}}[=:]\s{{0,3}}\\*[\"']?(?:bearer|basic|token|digest|apikey|key)\s+"
        rf"{_NOT_YET}([^\s\"'\\,;<>]+)",
    ),
    _form("bearer", rf"\bbearer\s+{_NOT_YET}([\w.~+/=:-]{{6,}})", _is_random),
    _form("basic token", rf"\b(?:basic|token)\s+{_NOT_YET}([\w.~+/=:-]{{6,}})", _varies),
    _form(
        _NAMES,
        rf"{_NAME}(?P<between>(?:\\{{0,3}}[\"']|{_HTML_QUOTE})?\s{{0,3}}(?:[=:]>?|{_EQUALS})\s{{0,3}}"
        rf"(?:\{{[^{{}}]{{0,100}}?{_QUOTED_NAME}\s{{0,3}}:\s{{0,3}})?)"
        rf"(?:\"{_NOT_YET}((?:[^\"\\]|\\.)+)|'{_NOT_YET}((?:[^'\\]|\\.)+)|\\{{1,3}}[\"']{_NOT_YET}([^\"'\\]+)"
        rf"|{_HTML_QUOTE}{_NOT_YET}((?:(?!{_HTML_QUOTE})[^\r\n<>])+)|{_NOT_YET}(\[\s{{0,3}}\\{{0,3}}[\"'][^\[\]]+\]?)"
        rf"|{_NOT_YET}(?P<said>[^\s\"'\\&,;}}<>]+))",
        _is_named,
        also="= : u003d x3d &#",
    ),
    _form(
        _NAMES,
        rf"{_NAME}(?P<between>(?:{_PERCENT}2[27])?{_PERCENT}3[ad](?:{_PERCENT}(?:20|2[27])|\+){{0,3}})"
        rf"{_NOT_YET}(?P<said>(?:(?!{_PERCENT}(?:2[267c]|7d))[^\s\"'\\&,;}}<>])+)",
        _is_named,
        also="%",
    ),
    _form("cookie", r"cookie\\*[\"']?\s{0,3}:\s{0,3}\\*[\"']?([\w.-]{1,80}=[^\r\n\"'\\]+)"),
    _form(
        "= %3d %253d u003d",
        rf"(?:[?&;]|{_PERCENT}(?:3f|26)|\\{{1,8}}u0026)(?:x-amz-|x-goog-)?"
        rf"(?:sig|signature|credential|security-token|key|auth|session|sessionid|sid|hash|invitation){_EQUALS}"
        rf"{_NOT_YET}((?:(?!{_PERCENT}26)[^\s\"'\\&<>#]){{8,}})",
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
