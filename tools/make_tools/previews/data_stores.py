"""What a preview says of a write to data stores. Make counts their sizes in bytes, as text; a person in MB."""

from make_tools.data_stores import data_stores_create, data_stores_delete, data_stores_list, data_stores_update
from make_tools.previews.kinds import DATA_STORE, TEAM
from make_tools.previews.several import PAGE, Chosen, at_least, choose, known_of, named, pages
from make_tools.previews.together import both, one
from make_tools.previews.uses import possible_users, scenarios_that_use
from make_tools.previews.vocabulary import NOT_READ, Call, Json, Looking, Sight, an_id, look, of, told
from make_tools.previews.words import guard, namesakes, place, placed
from make_tools.wording import counted, quoted

MEGABYTE = 1024 * 1024
FIELDS = {"name": "name", "datastructureId": "data structure", "maxSizeMB": "size"}
"""What can be changed, in words."""


@of(data_stores_create)
def create(call: Call, sight: Sight) -> Looking:
    """The team, the size, the data structure, and data stores of the team that have the name already."""
    given, team_id = call.given, call.given["teamId"]
    team = yield from sight.read(TEAM, team_id)
    sight.call_it(given["name"])
    sight.what = (
        f"Create the data store {quoted(given['name'])} in {told('team', team_id, team)}: at most {given['maxSizeMB']:,} MB, "
        f"records typed by data structure {given['datastructureId']}."
    )
    sight.next.append(
        "Make refuses where the organization has no room left for it. A second call makes a second data store."
    )
    (answer,) = yield [look(data_stores_list, team_id, fields=["id", "name"])]
    namesakes(sight, answer, "dataStores", "data store", given["name"])


@of(data_stores_update)
def update(call: Call, sight: Sight) -> Looking:
    """The data store, its team, how full it is, and each field now and then."""
    given, id_ = call.given, call.given["dataStoreId"]
    store = yield from sight.read(DATA_STORE, id_)
    where = yield from place(sight, store)
    changed = [words for name, words in FIELDS.items() if name in given]
    full = f" It holds {_content(store)}." if store else ""
    sight.what = f"Change {told('data store', id_, store)}{where}: {', '.join(changed) or 'nothing'}.{full}"
    largest, size = _whole(store.get("maxSize")), _whole(store.get("size"))
    now = {**store, "maxSizeMB": None if largest is None else _megabytes(largest)} if store else {}
    sight.compare(now, {name: given[name] for name in FIELDS if name in given})
    if "maxSizeMB" in given and size is not None and size > given["maxSizeMB"] * MEGABYTE:
        sight.next.append(f"It holds {_size(size)}, more than it may hold then: Make is likely to refuse.")
    if given.get("datastructureId", store.get("datastructureId")) != store.get("datastructureId"):
        sight.next.append("The records stay as they are: see that they fit the new data structure.")


@of(data_stores_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """Each data store by name with its number of records, those that are not found, and scenarios that use one of them."""
    given, team_id = call.given, call.given["teamId"]
    listing, team = yield from both(
        pages(
            lambda skip: look(data_stores_list, team_id, limit=PAGE, offset=skip), "dataStores", given.get("ids") or ()
        ),
        one(TEAM.look(team_id)),
    )
    chosen = choose(sight, DATA_STORE, given, listing, {"teamId": team_id}, _empty_or_not)
    where = placed(sight, TEAM, team_id, team)
    if chosen.nothing:
        sight.what = f"There is nothing to delete: no such data store is{where}."
        return
    sight.what = _delete(chosen, where)
    sight.next += ["The records go too. Make has no way to bring them back."]
    if chosen.all_of_them or chosen.count > 1:
        sight.dependents += sight.lines(
            f"{told('data store', store.get('id'), store)}: {_content(store)}" for store in chosen.items
        )
    every = [*chosen.items, *({"id": id_} for id_ in chosen.lost if not chosen.gone)]
    wanted = {id_: told("data store", id_, store) for store in every if (id_ := an_id(store.get("id"))) is not None}
    # Make's own guard looks who uses them: unless it is overruled, this is for the reader alone.
    sight.bound = not call.forced
    possible = (yield from possible_users(sight, "dataStores", team_id)) if wanted else None
    if call.forced:
        sight.tie(users=NOT_READ if possible is None else possible.tied)
    if possible is not None:
        yield from scenarios_that_use(sight, "dataStores", possible, wanted)
    sight.next += ["Scenarios that use what is deleted fail from then on.", guard(call)]


def _delete(chosen: Chosen, where: str) -> str:
    stores = chosen.items
    if chosen.all_of_them:
        return f"Delete all data stores{where} for good{at_least(chosen)}."
    records = [number for store in stores if (number := _whole(store.get("records"))) is not None]
    held = f", with {counted(sum(records), 'record')}" if len(records) == chosen.count else ""
    if chosen.count == 1 and stores:
        held = f", with {_content(stores[0])}"
    return f"Delete {named(chosen, 'data store')}{where} for good{held}{known_of(chosen)}."


def _empty_or_not(store: Json) -> Json:
    """Not how many records: they come and go by themselves."""
    records = _whole(store.get("records"))
    return {"empty": None if records is None else records == 0}


def _content(store: Json) -> str:
    """`120 records, 48 KB of 10 MB`."""
    records, size, largest = (_whole(store.get(name)) for name in ("records", "size", "maxSize"))
    known = [
        *([counted(records, "record")] if records is not None else []),
        *([f"{_size(size)} of {_size(largest)}"] if size is not None and largest is not None else []),
    ]
    return ", ".join(known) or "an unknown number of records"


def _whole(value: object) -> int | None:
    """Make gives counts of bytes and of records as text or as a number."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    return value if type(value) is int and 0 <= value < 10**20 else None


def _size(size: int) -> str:
    return f"{_megabytes(size):,} MB" if size >= MEGABYTE // 10 else f"{-(-size // 1024):,} KB"


def _megabytes(size: int) -> int | float:
    return size // MEGABYTE if size % MEGABYTE == 0 else round(size / MEGABYTE, 1)
