"""What a preview says of each write: `PLANS` has one for every tool that changes something."""

from make_tools.previews import (
    clones,
    connections,
    data_stores,
    hooks,
    incomplete_executions,
    maton_connections,
    notifications,
    organizations,
    scenarios,
    teams,
    templates,
    users,
)
from make_tools.previews.vocabulary import PLANS, Call, Look, Looking, Plan, Seen, Sight, Unseen

BY_RESOURCE = (
    users,
    organizations,
    teams,
    scenarios,
    clones,
    connections,
    data_stores,
    hooks,
    templates,
    incomplete_executions,
    notifications,
    maton_connections,
)
"""The modules of plans: each declared its own as it was imported."""

__all__ = ["PLANS", "Call", "Look", "Looking", "Plan", "Seen", "Sight", "Unseen"]
