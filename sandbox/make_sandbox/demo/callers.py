"""What third parties send to the hooks of the demo account: orders, sign-ups, mails. All of it is made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from make_sandbox.automation.hooks import Delivery
from make_sandbox.model.account import Account, chance
from make_sandbox.model.clock import milliseconds
from make_sandbox.model.store import Document

FIRST_NAMES = ("Ada", "Ben", "Carla", "Dora", "Emil", "Finn", "Greta", "Hugo", "Iris", "Jonas", "Klara", "Leo")
LAST_NAMES = ("Abel", "Brand", "Cole", "Dahl", "Ebner", "Frost", "Graf", "Holm", "Ivers", "Jensen", "Kern", "Lund")
ARTICLES = ("NW-01-BLA", "NW-04-NAV", "NW-07-SAN", "NW-09-OLI", "NW-12-WHI", "NW-15-RUS", "NW-20-MIN")
SUBJECTS = (
    ("Where is my parcel?", "I ordered ten days ago and nothing has come yet."),
    ("Refund for my order", "The lamp came broken. I would like my money back."),
    ("Wrong colour", "I ordered olive and got navy. Can you change it?"),
    ("Thank you", "Everything arrived in time. Lovely notebooks!"),
    ("Invoice", "Could you send me the invoice once more?"),
)


def delivery(account: Account, hook: Document) -> Delivery:
    """What comes to a hook at this moment: a POST of the shop, the web site, or somebody's mail."""
    seed = f"{hook['id']} {account.stamp()}"
    data = _SENT[hook["name"]](account, seed)
    headers = [{"name": "content-type", "value": "application/json"}]
    return Delivery(data=data, request={"method": "POST", "query": {}, "headers": headers})


def _person(seed: str) -> tuple[str, str]:
    """A name and an address."""
    first = FIRST_NAMES[chance(f"{seed} first", len(FIRST_NAMES))]
    last = LAST_NAMES[chance(f"{seed} last", len(LAST_NAMES))]
    return f"{first} {last}", f"{first}.{last}@customers.example.com".lower()


def _order(account: Account, seed: str) -> Document:
    """One order in six is not paid yet, and one in four is a large one."""
    name, address = _person(seed)
    total = 12 + chance(f"{seed} total", 480) + 500 * (chance(f"{seed} large", 4) == 0)
    return {
        "id": f"NW-{milliseconds(account.now()) // 1000}",
        "status": "open" if chance(f"{seed} status", 6) == 0 else "paid",
        "total": total,
        "currency": "EUR",
        "sku": ARTICLES[chance(f"{seed} article", len(ARTICLES))],
        "customer": {"name": name, "email": address},
    }


def _sign_up(_: Account, seed: str) -> Document:
    name, address = _person(seed)
    return {"email": address, "name": name, "source": "footer"}


def _mail(account: Account, seed: str) -> Document:
    name, address = _person(seed)
    subject, text = SUBJECTS[chance(f"{seed} subject", len(SUBJECTS))]
    return {"from": {"name": name, "address": address}, "subject": subject, "text": text, "date": account.stamp()}


_SENT: Mapping[str, Callable[[Account, str], Document]] = {
    "New orders": _order,
    "Newsletter sign-ups": _sign_up,
    "Support inbox": _mail,
}
