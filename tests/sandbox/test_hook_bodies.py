"""What a request to a hook says: bodies, queries and headers as data."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.flows import call, hooked, module, new_hook, new_store, stored, waiting
from tests.sandbox.practice import Door


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/json", b'{"a": {"b": [1, 2]}, "c": null}', {"a": {"b": [1, 2]}, "c": None}),
        ("application/json", b'[{"a": 1}, {"a": 2}]', {"value": [{"a": 1}, {"a": 2}]}),
        ("application/json", b'"text"', {"value": "text"}),
        ("application/json", b"{broken", {"value": "{broken"}),
        ("application/json", b'{"a": NaN}', {"value": '{"a": NaN}'}),
        ("application/vnd.example+json", b'{"a": 1}', {"a": 1}),
        ("application/x-www-form-urlencoded", b"a=1&b=two+words&c=", {"a": "1", "b": "two words", "c": ""}),
        ("application/x-www-form-urlencoded", b"a=1&a=2", {"a": ["1", "2"]}),
        ("application/x-www-form-urlencoded", b'{"sent": "by curl -d"}', {"sent": "by curl -d"}),
        ("text/plain", b"just text", {"value": "just text"}),
        ("text/plain", "Žluťoučký".encode(), {"value": "Žluťoučký"}),
        ("application/octet-stream", b"\xff\xfe", {"value": "\ufffd\ufffd"}),
        ("text/plain", b"", {}),
    ],
)
async def test_bodies_become_bundles(make: Door, content_type: str, body: bytes, expected: Any) -> None:
    hook = await new_hook(make)
    answer = await call(make, hook, content=body, headers={"content-type": content_type})
    assert answer.status_code == 200
    assert await waiting(make, hook) == [expected]


async def test_a_form_with_a_file_keeps_its_fields(make: Door) -> None:
    hook = await new_hook(make)
    await call(make, hook, data={"title": "Report"}, files={"file": ("a.csv", b"1;2\r\n3;4", "text/csv")})
    (data,) = await waiting(make, hook)
    assert data["title"] == "Report"
    assert (data["file"]["name"], data["file"]["mime"]) == ("a.csv", "text/csv")
    assert data["file"]["data"].startswith("IMTBuffer(8, binary")


FORM = {"content-type": 'multipart/form-data; boundary="edge"'}


def part(disposition: str, content: bytes = b"text", *headers: str) -> bytes:
    lines = [f"Content-Disposition: form-data; {disposition}", *headers]
    return b"\r\n".join([b"--edge", *(line.encode() for line in lines), b"", content, b""])


async def form(make: Door, *parts: bytes) -> Any:
    hook = await new_hook(make)
    answer = await call(make, hook, content=b"".join([*parts, b"--edge--\r\n"]), headers=FORM)
    assert answer.status_code == 200
    (data,) = await waiting(make, hook)
    return data


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('name="größe"', "größe"),
        ("name=plain", "plain"),
        ('name="a; b=\\"c\\""', 'a; b="c"'),
    ],
)
async def test_the_names_of_a_form_are_read_however_they_are_written(make: Door, disposition: str, name: str) -> None:
    assert await form(make, part(disposition)) == {name: "text"}


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('filename="größe.txt"', "größe.txt"),
        ('filename=""', ""),
    ],
)
async def test_the_names_of_files_too(make: Door, disposition: str, name: str) -> None:
    data = await form(make, part(f'name="file"; {disposition}', b"1;2", "Content-Type: text/csv; charset=utf-8"))
    assert data == {"file": {"name": name, "mime": "text/csv", "data": "IMTBuffer(3, binary, 313b32)"}}


@pytest.mark.parametrize("disposition", ["name=\"file\"; filename*=u\0x'en'foo", "nothing", "", "name*=utf-8''abc"])
async def test_a_part_that_nobody_would_write_is_no_reason_to_fail(make: Door, disposition: str) -> None:
    """Of what cannot be read as a form, the whole body is one text."""
    assert await form(make, part(disposition))


async def test_the_parts_of_a_form_are_kept_as_they_are(make: Door) -> None:
    data = await form(
        make,
        part('name="lines"', b"a\r\n--edges\r\n\r\nb"),
        part('name="twice"', b"1"),
        part('name="twice"', b""),
    )
    assert data == {"lines": "a\r\n--edges\r\n\r\nb", "twice": ["1", ""]}


async def test_a_form_without_a_boundary_is_a_text(make: Door) -> None:
    hook = await new_hook(make)
    await call(make, hook, content=b"--edge", headers={"content-type": "multipart/form-data"})
    assert await waiting(make, hook) == [{"value": "--edge"}]


async def test_a_hook_adds_headers_and_method_only_where_it_is_told_to(make: Door) -> None:
    hook = await new_hook(make, headers=True, method=True)
    await call(make, hook, {"a": 1}, headers={"X-Shop": "Northwind"})
    (data,) = await waiting(make, hook)
    assert (data["a"], data["__IMTMETHOD__"]) == (1, "POST")
    assert {"name": "x-shop", "value": "Northwind"} in data["__IMTHEADERS__"]
    await make.post(f"/hooks/{hook['id']}/set-data", {"headers": False, "method": False})
    await call(make, hook, {"a": 2})
    assert (await waiting(make, hook))[1] == {"a": 2}


async def test_a_hook_may_keep_json_as_text(make: Door) -> None:
    hook = await new_hook(make, stringify=True)
    await call(make, hook, content=b'{"a":  1}', headers={"content-type": "application/json"})
    assert await waiting(make, hook) == [{"value": '{"a":  1}'}]


async def test_deep_and_large_json_does_no_harm(make: Door) -> None:
    hook = await new_hook(make)
    for body in (b'{"a":' * 50_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b'{"n": 1e999}', b'{"s": "\\ud800"}'):
        assert (await call(make, hook, content=body, headers={"content-type": "application/json"})).status_code == 200
    assert (await waiting(make, hook))[2:] == [{"value": '{"n": 1e999}'}, {"s": "?"}]
    assert (await call(make, hook, content=b"x" * (5 * 1024 * 1024 + 1))).status_code == 413


async def test_a_key_of_half_a_character_can_be_stored(make: Door) -> None:
    store = await new_store(make)
    add = module(2, "datastore:AddRecord", {"key": "{{1.k}}", "data": {}}, parameters={"datastore": store})
    hook, _ = await hooked(make, add)
    headers = {"content-type": "application/json"}
    assert (await call(make, hook, content=b'{"k": "a\\ud800"}', headers=headers)).status_code == 200
    assert set(await stored(make, store)) == {"a?"}
