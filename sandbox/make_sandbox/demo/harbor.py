"""The one scenario of the small second organization, which is paused."""

from __future__ import annotations

from make_sandbox.demo.jobs import Job, Plan, every, make
from make_sandbox.demo.modules import blueprint, module
from make_sandbox.demo.things import World
from make_sandbox.model.account import Account


def add(account: Account, world: World) -> list[Job]:
    google = world.connections["Google (Harbor Books)"]
    backup = blueprint(
        "Inventory backup",
        module(
            1,
            "google-sheets:filterRows",
            version=2,
            parameters={"__IMTCONN__": google},
            mapper={"spreadsheetId": "/inventory", "sheetId": "Books"},
        ),
        module(2, "csv:CreateCSV", mapper={"rows": "{{1}}"}),
        module(3, "google-drive:uploadAFile", version=4, parameters={"__IMTCONN__": google}, mapper={"data": "{{2}}"}),
    )
    plan = Plan(
        blueprint=backup,
        scheduling=every(24),
        description="Writes the inventory to a file each day.",
        starts=120,
    )
    return make(account, world, "Back Office", (plan,))
