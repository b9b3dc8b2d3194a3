"""Icons: small pictures that need no network and hold no script."""

from base64 import b64decode
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from mcp_types import SERVER_INFO_META_KEY
from tests.end_to_end.accounts import practice

from make_mcp.offers import icons
from make_mcp.offers.prompts import PROCEDURES

PATHS = {
    icons.SERVER,
    icons.REVIEW,
    icons.BLUEPRINT,
    icons.RUNS,
    *(procedure.path for procedure in PROCEDURES),
}


@pytest.mark.parametrize("path", sorted(PATHS))
def test_an_icon_is_a_small_svg_of_lines(path: str):
    (icon,) = icons.icon(path)
    assert icon.mime_type == "image/svg+xml"
    assert len(icon.src) < 400
    head, _, image = icon.src.partition(",")
    assert head == "data:image/svg+xml;base64"
    drawing = ET.fromstring(b64decode(image, validate=True))  # our own bytes
    assert [child.tag.rpartition("}")[2] for child in drawing] == ["rect", "path"]


def test_each_has_its_own():
    assert len(PATHS) == 4 + len(PROCEDURES) - 1


async def test_the_icon_of_the_server_goes_out_once_and_not_with_each_answer():
    async with practice() as account:
        client = account.client
        assert client.server_info is not None
        assert client.server_info.icons
        for result in (await client.list_tools(), await client.call_tool("users_me", {}), await client.list_prompts()):
            who: dict[str, Any] = (result.meta or {})[SERVER_INFO_META_KEY]
            assert who == {"name": "make-mcp", "title": "Make", "version": client.server_info.version}


async def test_tools_have_none_since_a_listing_is_read_in_every_conversation():
    async with practice() as account:
        assert {tool.icons is None for tool in (await account.client.list_tools()).tools} == {True}
