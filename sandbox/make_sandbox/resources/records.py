"""`/data-stores/{dataStoreId}/data`: the records of a data store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.convertors import Convertor, register_url_convertor

from make_sandbox import errors, typed
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import records, tables
from make_sandbox.model.account import Account
from make_sandbox.model.selection import Order, Selection
from make_sandbox.model.store import Document
from make_sandbox.resources import data_stores

PAGE = Page(limit=10, sort_by="key")
"""Ten records a page (documented example, and seen by practitioners). Nothing but `pg[limit]` and `pg[offset]` is read,
and the order is not documented: by key here.
"""
PAGING = (Field("pg[limit]", "integer"), Field("pg[offset]", "integer"))

AS_IT_COMES = ()
"""The body is the record's fields, whatever they are called."""


class KeyConvertor(Convertor[str]):
    """A key in a path: everything after the slash. Percent-encoded, a key may hold slashes and line breaks."""

    regex = r"[\s\S]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("record_key", KeyConvertor())
ONE = "/{dataStoreKeyRecord:record_key}"

resource = Resource(
    "/data-stores/{dataStoreId}/data",
    Field("dataStoreId", "integer", required=True),
    Field("dataStoreKeyRecord", "text", required=True),
    scope="datastores",
)


def _structure(account: Account, data_store: Document) -> Document:
    """The store's structure. A store without one takes any fields."""
    id_ = data_store["datastructureId"]
    found = None if id_ is None else account.store.get(tables.DATA_STRUCTURES, id_)
    return found or {"spec": [], "strict": False}


def _write(call: Call, data_store: Document, key: str, data: Mapping[str, Any]) -> Document:
    """Checks a record against the structure, keeps it, and returns it as the API shows it: a flat answer."""
    structure = _structure(call.account, data_store)
    problems = list(typed.problems(structure["spec"], data, strict=structure["strict"]))
    if problems:
        raise errors.invalid_record(problems)
    records.write(call.account, data_store, [(key, data)])
    return {"key": key, "data": data}


@resource.get(query=PAGING, gateway=False)
def list_of(call: Call):
    """`count` is the number of all records (seen by practitioners), not of those on the page."""
    data_store = data_stores.find(call)
    window = PAGE.window(call.query)
    structure = _structure(call.account, data_store)
    rows = call.account.store.select(
        tables.RECORDS,
        Selection(owners=(data_store["id"],), order=Order("place"), limit=window.limit, offset=window.offset),
    )
    return {
        "records": [{"key": row["key"], "data": row["data"]} for row in rows],
        "spec": structure["spec"],
        "strict": structure["strict"],
        "count": data_store["records"],
        "pg": {"limit": window.limit, "offset": window.offset},
    }


@resource.post(body=(Field("key", "text", nullable=True), Field("data", "object", nullable=True)), gateway=False)
def create(call: Call):
    """Without a key (an empty one counts as none) the record gets one of 12 hexadecimal digits; without data all its
    fields are null (documented). A key that is there already is refused, which is a guess: PUT is for those.
    """
    data_store = data_stores.find(call)
    key = call.body.get("key") or call.account.secret()[:12]
    if records.find(call.account, data_store, key) is not None:
        raise errors.invalid_input("Record already exists.", f"Record with the key '{key}' already exists.")
    data = call.body.get("data")
    if data is None:
        data = {field["name"]: None for field in _structure(call.account, data_store)["spec"]}
    return _write(call, data_store, key, data)


@resource.put(ONE, body=AS_IT_COMES, gateway=False)
def replace(call: Call):
    """Makes the record when it is not there."""
    return _write(call, data_stores.find(call), call.path["dataStoreKeyRecord"], call.extra)


@resource.patch(ONE, body=AS_IT_COMES, gateway=False)
def update(call: Call):
    """Changes the fields that are given and keeps the others. For a record that is not there: 404, a guess."""
    data_store, key = data_stores.find(call), call.path["dataStoreKeyRecord"]
    record = records.find(call.account, data_store, key)
    if record is None:
        raise errors.not_found("Record not found.")
    return _write(call, data_store, key, {**record["data"], **call.extra})


@resource.delete(
    query=(CONFIRMED,),
    body=(Field("keys", "texts"), Field("all", "boolean"), Field("exceptKeys", "texts")),
    gateway=False,
)
def delete(call: Call):
    """Some records, named by their keys, or all of them, perhaps but some, which needs `confirmed`. The answer has the
    keys of what was deleted; a key that nothing has is passed over.
    """
    data_store, body = data_stores.find(call), call.body
    if body.get("all", False):
        if "keys" in body:
            raise errors.invalid_parameters(["The parameters 'keys' and 'all' cannot be used together."])
        # The metadata of this refusal is not documented.
        call.confirm(lambda: [{"type": "dataStoreRecords"}])
        keys = records.keys_but(call.account, data_store, body.get("exceptKeys", []))
    elif "exceptKeys" in body:
        raise errors.invalid_parameters(["The parameter 'exceptKeys' needs the parameter 'all'."])
    elif "keys" in body:
        keys = body["keys"]
    else:
        raise errors.missing_parameter("keys")
    return {"keys": records.remove(call.account, data_store, keys)}
