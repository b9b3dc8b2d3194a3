"""The scenarios of the team Operations: orders, stock, invoices."""

from __future__ import annotations

from make_sandbox.demo.jobs import ON_HOOK, Job, Plan, every, make
from make_sandbox.demo.modules import blueprint, http, module, only_if, slack
from make_sandbox.demo.secrets import PRICES
from make_sandbox.demo.things import World
from make_sandbox.model.account import Account

UNREACHABLE = "https://erp.northwind.invalid/api/invoices"
"""The reason why "Paid invoices to ERP" fails each time: no name server knows this host."""


def add(account: Account, world: World) -> list[Job]:
    google, chat = world.connections["Google (operations)"], world.connections["Slack (Northwind)"]
    warehouse, erp = world.connections["Warehouse API"], world.connections["ERP gateway"]
    stock, suppliers = world.stores["Stock levels"], world.stores["Known suppliers"]

    orders = blueprint(
        "Order intake: webhook to Sheets and Slack",
        module(1, "gateway:CustomWebHook", parameters={"hook": world.hooks["New orders"], "maxResults": 1}),
        module(
            2,
            "google-sheets:addRow",
            version=2,
            parameters={"__IMTCONN__": google},
            mapper={"spreadsheetId": "/orders", "sheetId": "2026", "values": {"0": "{{1.id}}", "1": "{{1.total}}"}},
            filter=only_if("Paid orders only", "{{1.status}}", "text:equal", "paid"),
        ),
        module(
            3,
            "builtin:BasicRouter",
            routes=[
                {"flow": [slack(4, chat, "#orders", "Large order {{1.id}}", filter=only_if("Large", "{{1.total}}", "number:greater", "500"))]},
                {"flow": [module(5, "datastore:UpdateRecord", parameters={"datastore": stock}, mapper={"key": "{{1.sku}}"})]},
            ],
        ),
    )  # fmt: skip
    stock_sync = blueprint(
        "Stock sync with the warehouse",
        http(1, "https://warehouse.example.com/v1/stock", warehouse),
        module(2, "builtin:BasicFeeder", mapper={"array": "{{1.data.items}}"}),
        module(
            3,
            "datastore:AddRecord",
            parameters={"datastore": stock},
            mapper={"key": "{{2.sku}}", "data": {"quantity": "{{2.quantity}}"}, "overwrite": True},
        ),
    )
    invoices = blueprint(
        "Paid invoices to ERP",
        module(
            1,
            "google-sheets:filterRows",
            version=2,
            parameters={"__IMTCONN__": google},
            mapper={"spreadsheetId": "/invoices", "sheetId": "Paid", "filter": [[{"a": "F", "o": "text:empty"}]]},
        ),
        module(2, "json:CreateJSON", mapper={"invoice": "{{1.`0`}}", "amount": "{{1.`3`}}"}),
        http(3, UNREACHABLE, erp, method="post"),
        module(
            4,
            "google-sheets:updateRow",
            version=2,
            parameters={"__IMTCONN__": google},
            mapper={"rowNumber": "{{1.__ROW_NUMBER__}}", "values": {"5": "{{now}}"}},
        ),
    )
    prices = blueprint(
        "Supplier price watch",
        module(
            1,
            "http:ActionSendDataBasicAuth",
            version=3,
            parameters={"handleErrors": True, "auth": world.keys[PRICES]},
            mapper={"url": "https://prices.example.com/feed", "method": "get", "parseResponse": False},
        ),
        module(2, "json:ParseJSON", mapper={"json": "{{1.data}}"}),
        module(3, "datastore:GetRecord", parameters={"datastore": suppliers}, mapper={"key": "{{2.supplier}}"}),
        slack(4, chat, "#purchasing", "{{2.item}} now costs {{2.price}}"),
    )
    return make(
        account,
        world,
        "Operations",
        (
            Plan(
                blueprint=orders,
                scheduling=ON_HOOK,
                description="Takes paid orders from the shop into the sheet, tells the channel about large ones.",
                starts=5,
                calls=6,
                folder="Orders",
            ),
            Plan(
                blueprint=stock_sync,
                scheduling=every(3),
                description="Copies the warehouse's stock into the data store.",
                starts=55,
                folder="Stock",
            ),
            Plan(
                blueprint=invoices,
                scheduling={"type": "daily", "time": "05:30"},
                description="Sends paid invoices to the ERP. Fails since the ERP moved.",
                starts=60,
            ),
            Plan(
                blueprint=prices,
                scheduling={"type": "weekly", "days": [1], "time": "06:00"},
                description="Compares the suppliers' prices on Mondays. Switched off for now.",
            ),
        ),
    )
