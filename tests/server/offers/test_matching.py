"""Which names a text means, and which are offered while somebody types."""

import pytest

from make_mcp.offers.matching import Named, completions, meant, parted

KNOWN = [
    Named(925, "Orders to Slack"),
    Named(92, "Café-Bestellungen"),
    Named(7, "Old orders"),
    Named(31, "ÜBERGABE"),
    Named(4, "2024 report"),
    Named(2024, "Yearly"),
    Named(8, "Orders"),
]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        # The names that begin with it come first, then by name.
        ("orders", [8, 925, 7]),
        ("ORDERS ", [8, 925, 7]),
        ("cafe", [92]),
        ("übergabe", [31]),
        ("ubergabe", [31]),
        ("92", [92, 925]),
        ("2024", [2024, 4]),
        ("nothing of the kind", []),
        ("", [4, 92, 7, 8, 925, 31, 2024]),
    ],
)
def test_completions_are_names_that_hold_it_and_ids_that_begin_with_it(typed: str, ids: list[int]):
    assert [one.id for one in completions(KNOWN, typed)] == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("925 Orders to Slack", [925]),
        ("925 orders", [925]),
        ("7 Old", [7]),
        # A whole name counts more than a part of others.
        ("orders", [8]),
        ("order", [925, 7, 8]),
        ("café", [92]),
        # No scenario 2024 is called so: the text is a name.
        ("2024 report", [4]),
        ("reports", [4]),
        ("925 invoices", []),
        ("nothing", []),
    ],
)
def test_a_text_means_an_id_with_a_name_a_whole_name_or_a_part_of_one(text: str, ids: list[int]):
    assert [one.id for one in meant(KNOWN, text)] == ids


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("925", (925, "")),
        (" 925 ", (925, "")),
        ("925 Orders", (925, "Orders")),
        ("Orders", (None, "Orders")),
        ("0", (None, "0")),
        ("007", (None, "007")),
        ("925/../1", (None, "925/../1")),
        ("٩٢٥", (None, "٩٢٥")),
        ("12345678901234567", (None, "12345678901234567")),
    ],
)
def test_an_id_is_told_from_a_name(text: str, parts: tuple[int | None, str]):
    assert parted(text) == parts
