"""The words of Make's smaller lists: kinds of modules, features, settings, models.

Make documents the columns of these lists. Of the rows it documents the types of variables, and the numbers of the kinds
of modules are known from its tools for app developers; the others are samples of what such a list holds.
"""

from __future__ import annotations

MODULE_TYPES = (
    (1, "Trigger"),
    (4, "Action"),
    (9, "Search"),
    (10, "Instant trigger"),
    (11, "Responder"),
    (12, "Universal"),
)

VARIABLE_TYPES = ((1, "Number", False), (2, "String", False), (3, "Boolean", False), (4, "Date", False))
"""Number, name, whether only teams may have such variables."""

USER_FEATURES = (
    ("Create and edit apps", "allow_apps"),
    ("Write JavaScript in apps", "allow_apps_js"),
    ("Private modules", "private_modules"),
    ("Beta features", "beta_features"),
)
"""Title, and the name under which `features` of a user has it."""

ORGANIZATION_FEATURES = (
    ("Custom functions", "custom_functions"),
    ("Custom properties", "custom_properties"),
    ("Custom variables", "custom_variables"),
    ("Dynamic connections", "dynamic_connections"),
    ("Scenario inputs", "scenario_inputs"),
    ("On-prem agents", "on_prem_agents"),
)

EMAIL_NOTIFICATIONS = (
    (1, "scenarioWarning", "Scenario warnings", "A run of a scenario ended with a warning."),
    (2, "scenarioError", "Scenario errors", "A run of a scenario ended with an error."),
    (3, "scenarioDeactivated", "Deactivations", "A scenario was switched off after errors that followed each other."),
    (4, "operationsUsage", "Usage", "An organization has used up most of what its plan allows."),
    (5, "invitations", "Invitations", "Somebody invited you to an organization or a team."),
    (6, "news", "News", "What is new in Make."),
)
"""Number, key of the translation, name, description."""

REVIEW_STATUSES = ((0, "Not requested"), (1, "Requested"), (2, "In review"), (3, "Changes requested"), (4, "Approved"))

SYSTEM_APPS = (("http", "HTTP", "http"), ("odbc-agent", "ODBC", "odbc"), ("sap-agent", "SAP", "sap"))
"""Apps that reach the systems of a company through an agent: name, label, icon."""

LLM_MODELS = (
    ("gpt-4o", "openai", "GPT-4o", 1, "OpenAI"),
    ("gpt-4o-mini", "openai", "GPT-4o mini", 2, "OpenAI"),
    ("claude-sonnet-4", "anthropic", "Claude Sonnet 4", 3, "Anthropic"),
    ("gemini-2.5-flash", "google", "Gemini 2.5 Flash", 4, "Google"),
)
"""Model, provider, the model's name to show, its place in a list, the provider's name to show."""

LLM_TIERS = (
    ("small", "gpt-4o-mini", 0.5),
    ("medium", "gemini-2.5-flash", 1),
    ("large", "claude-sonnet-4", 4),
)
"""Tier of Make's own AI provider, the model behind it, and how many centicredits a unit of it costs."""

HOOK_LABELS = {
    "gateway-webhook": "Custom webhook",
    "gateway-mailhook": "Custom mailhook",
}
"""What people call a kind of hook. Another one is called after its app."""
