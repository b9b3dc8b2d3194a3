"""`/scenarios/{scenarioId}/interface`: the inputs and outputs of a scenario."""

from __future__ import annotations

from make_sandbox.api.fields import Field
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import scenarios
from make_sandbox.model import interface, tables
from make_sandbox.resources.scenarios import find

resource = Resource("/scenarios", Field("scenarioId", "integer", required=True), scope="scenarios")


@resource.get("/{scenarioId}/interface", gateway=False)
def read(call: Call):
    return {"interface": find(call)["interface"]}


@resource.patch("/{scenarioId}/interface", body=(Field("interface", "object", required=True),), gateway=False)
def update(call: Call):
    """Replaces the inputs, the outputs, or both; an empty list takes the inputs away.

    That a part that is not given stays as it was is a guess.
    """
    scenario = find(call)
    changed = interface.changed(scenario["interface"], call.body["interface"])
    interface.check_scheduling(changed, scenario["scheduling"])
    stamps = {"lastEdit": call.account.stamp(), "updatedByUser": scenarios.person(call.account.user())}
    call.account.store.put(tables.SCENARIOS, scenario, interface=changed, **stamps)
    return {"interface": changed}
