"""The modules of the app "Data store": they read and write the records of the account.

What their mappers hold must be known: a record that depends on an app's answer is neither read nor written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from make_sandbox import errors
from make_sandbox.automation import filters
from make_sandbox.mapping.builtin_functions import get
from make_sandbox.mapping.expressions import evaluate
from make_sandbox.mapping.nodes import UNKNOWN, Scope
from make_sandbox.mapping.values import Unknown, is_true, text, whole
from make_sandbox.model import blueprints, records, tables
from make_sandbox.model.account import Account
from make_sandbox.model.selection import Selection
from make_sandbox.model.store import Document

RECORD = 5_000
"""Units of work that it takes to look for one record, or to write it: see `mapping.budget`."""

BYTE = 3
"""For each byte of records that are read or written."""


class Failed(Exception):
    """A module fails while it runs: the name of Make's error, and its text."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


@dataclass(frozen=True, kw_only=True)
class _Task:
    """What one module has to do. `mapper` stands as in the blueprint, `fields` is it evaluated."""

    account: Account
    data_store: Document
    module: blueprints.Module
    mapper: Mapping[str, Any]
    scope: Scope

    @property
    def fields(self) -> Mapping[str, Any]:
        return evaluate(dict(self.mapper), self.scope)

    def setting(self, name: str) -> Any:
        """A value that stands among the mapper's fields or, of older modules, among the parameters."""
        value = self.mapper.get(name, blueprints.parameter(self.module, name))
        return evaluate(value, self.scope)

    def of(self, value: Any) -> Any:
        """The value of one side of a condition, which has been found already."""
        if isinstance(value, _Found) and value.value is not UNKNOWN:
            return value.value
        raise Unknown

    def find(self, key: str) -> Document | None:
        """A record by its key."""
        budget = self.scope.budget
        budget.spend(RECORD + len(key))
        found = records.find(self.account, self.data_store, key)
        budget.spend(budget.weight([found]))
        return found

    def spend_on_all(self, each: int) -> None:
        """Spends what it takes to go through all records: so much for each of them, and for all their bytes."""
        self.scope.budget.spend(each * int(self.data_store["records"]) + BYTE * int(self.data_store["size"]))

    def write(self, key: str, data: Document) -> Document:
        old = self.find(key)
        self.scope.budget.spend(RECORD + BYTE * self.scope.budget.weight([key, data]))
        try:
            records.write(self.account, self.data_store, [(key, data)])
        except errors.MakeError as refusal:
            # Nothing is rolled back here: the run goes on to its end, as a failed one.
            self._restore(key, old)
            raise Failed("DataSizeLimitExceededError", str(refusal)) from None
        return {"key": key, "data": data}

    def _restore(self, key: str, old: Document | None) -> None:
        written = self.find(key)
        if old is not None:
            self.account.store.put(tables.RECORDS, old)
        elif written is not None:
            self.account.store.remove(tables.RECORDS, written["id"])


def compute(account: Account, module: blueprints.Module, mapper: Mapping[str, Any], scope: Scope) -> Any:
    """The bundle of a module of this app, `UNKNOWN`, or `None` where no bundle goes on.

    Raises:
        Failed: the module fails.
        Unknown: its mapper needs what nobody knows.
    """
    id_ = blueprints.parameter(module, "datastore")
    data_store = account.store.get(tables.DATA_STORES, id_) if blueprints.is_id(id_) else None
    work = _MODULES.get(str(module.get("module")))
    if data_store is None or work is None:
        return UNKNOWN
    return work(_Task(account=account, data_store=data_store, module=module, mapper=mapper, scope=scope))


def _key(fields: Mapping[str, Any]) -> str:
    key = text(fields.get("key"))
    if not key:
        raise Failed("BundleValidationError", "Missing value of required parameter 'key'.")
    return key


def _data(fields: Mapping[str, Any]) -> Document:
    data = fields.get("data")
    return dict(cast("Document", data)) if isinstance(data, dict) else {}


def _add(task: _Task) -> Any:
    """Adds a record, over another one only when told so. One without a key gets one (documented)."""
    fields = task.fields
    key = text(fields.get("key")) or task.account.secret()[:12]
    if task.find(key) is not None and not is_true(fields.get("overwrite")):
        # Make's name of this error is documented, its text is not.
        raise Failed("DuplicateDataError", f"The record with the key '{key}' already exists.")
    return task.write(key, _data(fields))


def _update(task: _Task) -> Any:
    """Changes the fields that are named. A record that is not there is made when the module says so, else left alone."""
    fields = task.fields
    key = _key(fields)
    old = task.find(key)
    if old is None and not is_true(fields.get("upsert")):
        return {"key": key, "data": {}}
    kept: Document = old["data"] if old else {}
    return task.write(key, kept | _data(fields))


def _get(task: _Task) -> Any:
    """The fields of a record, below `data` when the module wraps them; nothing in it when there is no such record."""
    fields = task.fields
    record = task.find(_key(fields))
    if record is None:
        return {}
    return _wrapped(record) if is_true(fields.get("returnWrapped")) else {"key": record["key"], **record["data"]}


def _wrapped(record: Document) -> Document:
    return {"key": record["key"], "data": record["data"]}


def _exist(task: _Task) -> Any:
    return {"exist": task.find(_key(task.fields)) is not None}


def _delete(task: _Task) -> Any:
    record = task.find(_key(task.fields))
    if record is None:
        return {}
    records.remove(task.account, task.data_store, [record["key"]])
    return _wrapped(record)


def _delete_all(task: _Task) -> Any:
    task.spend_on_all(2 * RECORD)
    every = records.keys_but(task.account, task.data_store, [])
    return {"count": len(records.remove(task.account, task.data_store, every))}


def _count(task: _Task) -> Any:
    return {"count": task.data_store["records"]}


@dataclass(frozen=True)
class _Found:
    """A value that is no expression any more, whatever stands in it; `UNKNOWN` where nobody knows it."""

    value: Any


def _search(task: _Task) -> Any:
    """The first record that a filter finds. Make runs the modules behind once for each (see `modules`)."""
    conditions: Any = task.mapper.get("filter")
    groups = _prepared(task, cast("list[Any]", conditions) if isinstance(conditions, list) else [])
    task.spend_on_all(RECORD // 5)
    rows = task.account.store.select(tables.RECORDS, Selection(owners=(task.data_store["id"],)))
    found = [row for row in rows if filters.holds(_about(task, row, groups), task.of, task.scope.budget)]
    if not found:
        return {} if is_true(task.setting("continueWhenNoRes")) else None
    limit = whole(task.setting("limit"), 10)
    return _wrapped(found[0]) | {"__IMTINDEX__": 1, "__IMTLENGTH__": min(len(found), max(limit, 1))}


def _prepared(task: _Task, groups: list[Any]) -> list[list[Document]]:
    """The conditions of a filter with what does not change from record to record worked out: on the left the name of
    a field, on the right a value.
    """
    return [
        [{**condition, "a": _path(condition.get("a")), "b": _right(task, condition.get("b"))} for condition in group]
        for group in map(blueprints.objects, groups)
    ]


def _right(task: _Task, value: Any) -> _Found:
    try:
        return _Found(evaluate(value, task.scope))
    except Unknown:
        return _Found(UNKNOWN)


def _path(name: Any) -> str:
    """A field by its name, which stands as it is (`total`, `data.total`, `key`) or in braces."""
    return text(name).strip().removeprefix("{{").removesuffix("}}").strip()


def _about(task: _Task, record: Document, groups: list[list[Document]]) -> list[Any]:
    """The conditions with the record's own values on their left side."""
    task.scope.budget.spend(sum(filters.CONDITION + len(condition["a"]) for group in groups for condition in group))
    return [[{**condition, "a": _Found(_field(record, condition["a"]))} for condition in group] for group in groups]


def _field(record: Document, path: str) -> Any:
    return record["key"] if path == "key" else get(record["data"], path.removeprefix("data."))


_MODULES: Mapping[str, Callable[[_Task], Any]] = {
    "datastore:AddRecord": _add,
    "datastore:UpdateRecord": _update,
    "datastore:GetRecord": _get,
    "datastore:ExistRecord": _exist,
    "datastore:DeleteRecord": _delete,
    "datastore:DeleteAllRecords": _delete_all,
    "datastore:CountRecord": _count,
    "datastore:CountRecords": _count,
    "datastore:SearchRecord": _search,
    "datastore:SearchRecords": _search,
}
