"""Which names fit what somebody looks for."""

import pytest

from make_mcp.recipes.names import BEGINS, BEGINS_A_WORD, EXACT, NUMBER, WITHIN, WORDS, fit, nearest, plain


@pytest.mark.parametrize(
    ("wanted", "name", "fits"),
    [
        ("orders", "Orders", EXACT),
        ("order", "Orders of today", BEGINS),
        ("orders", "New orders", BEGINS_A_WORD),
        ("orders", "reorders, and Orders", BEGINS_A_WORD),
        ("orders", "New_orders", BEGINS_A_WORD),
        ("rder", "New orders", WITHIN),
        ("orders new", "New orders", WORDS),
        ("orders paid", "New orders", None),
        ("orders", "Invoices", None),
        ("orders", "Order intake", NUMBER),
        ("Orders", "New_order", NUMBER),
        ("new orders", "Order, new", NUMBER),
        ("order", "New orders", BEGINS_A_WORD),
        ("orders", "Border patrol", None),
        ("news", "New order", None),
        ("address", "Addres", None),
        ("orders", "Ordering", None),
        ("cafe", "Café", EXACT),
        ("STRASSE", "straße", EXACT),
        ("new  orders", "New\torders", EXACT),
    ],
)
def test_a_name_fits_as_people_write_it(wanted: str, name: str, fits: int | None):
    assert fit(plain(wanted), plain(name)) == fits


def test_the_nearest_are_like_the_name_or_like_a_word_of_it():
    names = ["new orders", "paid invoices to erp", "stock levels"]
    assert nearest("ordrs", names, 3) == ["new orders"]
    assert nearest("stok levels", names, 3) == ["stock levels"]
    assert nearest("zzz", names, 3) == []
    assert len(nearest("orders", [f"orders {n}" for n in range(9)], 3)) == 3
