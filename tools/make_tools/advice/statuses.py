"""What a status means where no code of Make says more, and what the gateway and the network in between say."""

from collections.abc import Mapping
from dataclasses import replace

from make_tools.advice.case import Advice, Case, Explain
from make_tools.advice.phrases import lack, largest, named, others, scopes, thing
from make_tools.advice.steps import Given, Next, Step, source, then, tools, toward
from make_tools.connections import connections_list, connections_test
from make_tools.endpoint import Endpoint
from make_tools.maton_connections import maton_connections_list
from make_tools.organizations import organizations_create, organizations_get
from make_tools.teams import teams_get, teams_list
from make_tools.users import users_me

A_MINUTE = 60
"""Seconds over which Make counts requests."""
_FEW = 20
"""Items of a list."""
_MOST_NAMED = 3
_START_AGAIN = "and start the server again"
_ZONE = Next(f"set MAKE_ZONE to the host that the user sees when signed in at Make, {_START_AGAIN}")
_GATEWAY = Next(f"set MATON_BASE_URL right, or leave it out, {_START_AGAIN}")
_KEY = Next(f"set MATON_API_KEY to a key of maton.ai/settings, {_START_AGAIN}")
_DOCTOR = Next("run `make-mcp doctor`, to see what goes through")
_LINKS = then(Step(maton_connections_list))
_AT_MAKE = Next("the user does it at Make")


def arguments(case: Case) -> Advice:
    """An argument does not fit: which, under our names where Make names it as it stands on the wire."""
    found = named(case)
    own = [f"'{one.wire}' is `{one.name}` here." for one in found[:_MOST_NAMED] if one.wire != one.name]
    meaning = " ".join(["An argument does not fit.", *own])
    if not found:
        return Advice(meaning, Next("the same call, mended"))
    first = found[0]
    if first.source is not None:
        return Advice(meaning, then(toward(first.source, case.given), f" for `{first.name}`"))
    another = "another " if first.name.partition(".")[0] in case.given else ""
    return Advice(meaning, Next(f"the same call with {another}`{first.name}`"))


def credentials(case: Case) -> Advice:
    if case.endpoint.api == "maton":
        return Advice("Maton does not accept MATON_API_KEY.", _KEY)
    if case.upstream == "maton" and case.is_makes:
        return Advice("Maton's link to Make has expired.", _LINKS)
    if case.upstream == "maton":
        return Advice("Maton does not accept MATON_API_KEY, or its link to Make has expired.", _LINKS)
    return Advice(
        f"The zone {case.zone} does not accept the token. A token belongs to one zone, and looks like a bad one elsewhere.",
        _ZONE,
    )


def plan(case: Case) -> Advice:
    meaning = "The organization's plan does not include this: no call helps, only another plan at Make."
    if case.endpoint is organizations_get:
        return Advice(meaning, Next("tell the user"))
    return Advice(meaning, then(toward(organizations_get, case.given), " (license), to tell the user"))


def no_right(case: Case) -> Advice:
    lacking = lack(case)
    if case.endpoint is organizations_create:
        return Advice(f"Make often refuses this to keys{lacking and f'; or {lacking}'}.", _AT_MAKE)
    if case.endpoint is users_me and lacking:
        return Advice(f"Every key may do this; perhaps {lacking}.", _LINKS if case.upstream == "maton" else _ZONE)
    what = thing(case)
    if what:
        meaning = f"{what} may be {others(case)}, or not exist{lacking and f'; or {lacking}'}."
    else:
        meaning = f"Perhaps {lacking}." if lacking else "The account may not do this."
    if case.endpoint is teams_list:
        return Advice(
            f"{meaning} A key for one team alone is refused here.",
            then(Step(users_me), ", then ", toward(teams_get, {})),
        )
    return Advice(meaning, then(source(case.endpoint, case.given)))


def missing(case: Case) -> Advice:
    what = thing(case)
    hidden = (
        f"{what} does not exist, or is {others(case)}, which Make hides."
        if what
        else "There is nothing here for this key."
    )
    return Advice(hidden, then(source(case.endpoint, case.given)))


def asks_back(_: Case) -> Advice:
    return Advice("Make wants a person to do this.", _AT_MAKE)


def clash(case: Case) -> Advice:
    return Advice("It clashes with what is there, or with a change that was made meanwhile.", then(_look(case)))


def too_large(case: Case) -> Advice:
    if not case.changes:
        return Advice("Make does not hand out so much at once.", smaller(case.endpoint, case.given))
    large = largest(case)
    return Advice(
        "That is more than Make takes at once.", Next(f"the same call with less in {large}") if large else _AT_MAKE
    )


def smaller(endpoint: Endpoint[...], given: Given) -> Next:
    """What to do where a read brought more than can be taken."""
    step = toward(endpoint, given)
    limit = given.get("limit")
    fewer = min(_FEW, limit // 2) if isinstance(limit, int) else _FEW
    if endpoint.is_paged and fewer and not step.lacks:
        return then(replace(step, given={**step.given, "limit": fewer}))
    if endpoint.cuts_columns:
        return then(replace(step, lacks=(*step.lacks, "fields")))
    return Next("the user sees it at Make")


def not_now(case: Case) -> Advice:
    """422: the arguments may be right, and its state does not allow it."""
    if named(case):
        return arguments(case)
    return Advice("Its state does not allow this now, or an argument does not fit.", then(_look(case)))


def third_party(case: Case) -> Advice:
    meaning = "The service behind the connection refused, not Make."
    if case.endpoint is connections_test:
        return Advice(f"{meaning} It does not authenticate any more.", Next("the user reconnects it at Make"))
    tested = toward(connections_test, case.given)
    if tested.lacks:
        return Advice(meaning, then(toward(connections_list, case.given), ", then ", tested))
    return Advice(meaning, then(tested))


def too_many(case: Case) -> Advice:
    counted = "Make counts requests per organization and minute"
    return Advice(f"{counted}, Maton ten a second." if case.upstream == "maton" else f"{counted}.", _after(case))


def at_fault(case: Case) -> Advice:
    blueprint = "Make answers so to a blueprint that it cannot read." if case.takes_blueprint else ""
    if case.upstream == "maton" and case.endpoint.api == "make" and not case.is_practice:
        link = "Behind the gateway that often means that its link to Make has expired."
        return Advice(f"{blueprint} {link}".strip(), _LINKS)
    return Advice(blueprint or f"{_who(case)} has a fault.", _after(case))


def not_there(case: Case) -> Advice:
    return Advice(f"{_who(case)} does not answer in time for now.", _after(case))


def anything(case: Case) -> Advice:
    """A status that Make does not document."""
    following = _after(case) if case.status >= 500 else _DOCTOR
    return Advice("Make documents no such answer.", following)


def blocked(_: Case) -> Advice:
    """Cloudflare's 1010."""
    return Advice(
        "That was the network in front of Make, not Make: it refuses this client or this address.",
        Next("run `make-mcp doctor` from another network, to tell which of the two"),
    )


def page(case: Case) -> Advice:
    """A page in place of JSON, with a status that Make gives with JSON."""
    wrong, mend = ("MATON_BASE_URL", _GATEWAY) if case.upstream == "maton" else ("MAKE_ZONE or the base URL", _ZONE)
    scope = f", or the scope {scopes(case)} missing" if case.status == 403 and case.endpoint.scopes else ""
    return Advice(f"That does not look like Make's API: {wrong} may be wrong{scope}.", mend)


def no_link(_: Case) -> Advice:
    """The gateway's own 400."""
    return Advice("The gateway has no active link to a Make account.", _LINKS)


STATUSES: Mapping[int, Explain] = {
    400: arguments,
    401: credentials,
    402: plan,
    403: no_right,
    404: missing,
    406: asks_back,
    408: not_there,
    409: clash,
    413: too_large,
    422: not_now,
    424: third_party,
    429: too_many,
    500: at_fault,
    502: not_there,
    503: not_there,
    504: not_there,
}


def _who(case: Case) -> str:
    if case.endpoint.api == "maton":
        return "Maton"
    return "Maton or Make" if case.upstream == "maton" else "Make"


def _after(case: Case) -> Next:
    return Next(f"the same call in {A_MINUTE if case.wait is None else max(case.wait, 1)} s")


def _look(case: Case) -> Step:
    """The call that shows how things are now."""
    for name in (f"{case.endpoint.group}_get", case.endpoint.truth):
        look = tools().get(name)
        if look is not None and look is not case.endpoint and not (step := toward(look, case.given)).lacks:
            return step
    return source(case.endpoint, case.given)
