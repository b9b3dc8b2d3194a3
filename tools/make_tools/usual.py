"""The tools that are listed where an operator chooses none: what agents need most, within what hosts with small limits take.

A host that shows a model 40 tools drops what comes behind them, and each tool costs its bytes in every conversation. What is
not here is one flag away, and can be called by its name all the same. Recipes are listed always: each saves five calls.
"""

USUAL: tuple[str, ...] = (
    # Who is asking, and who else works there.
    "users_me", "users_list",
    # The way down to everything else. How much of the plan is used, the overview of the account says.
    "organizations_list", "teams_list",
    # What it is all about: all but nothing is left out.
    "scenarios_list", "scenarios_get", "scenarios_logs", "scenarios_create", "scenarios_clone", "scenarios_update",
    "scenarios_start", "scenarios_stop", "scenarios_run", "scenarios_delete",
    # What most scenarios fail by is a connection that has expired. To make or fill one takes a person at Make.
    "connections_list", "connections_get", "connections_test", "connections_delete",
    # What starts scenarios, and whether it is alive.
    "hooks_list", "hooks_get", "hooks_ping",
    # What failed, and can be repaired or cleared away.
    "incomplete_executions_list", "incomplete_executions_get", "incomplete_executions_retry",
    "incomplete_executions_retry_several", "incomplete_executions_delete",
    # What Make says of failures.
    "notifications_list", "notifications_get",
)  # fmt: skip
