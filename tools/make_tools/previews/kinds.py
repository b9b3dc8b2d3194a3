"""The kinds of things in an account, as previews read and show them."""

from make_tools.connections import connections_get
from make_tools.data_stores import data_stores_get
from make_tools.hooks import hooks_get
from make_tools.incomplete_executions import incomplete_executions_get
from make_tools.maton_connections import maton_connections_get
from make_tools.notifications import notifications_get
from make_tools.organizations import organizations_get
from make_tools.previews.vocabulary import Kind, look
from make_tools.scenarios import scenarios_get
from make_tools.teams import teams_get
from make_tools.templates import templates_get
from make_tools.users import users_me

USER = Kind(
    noun="user",
    # Make reads no user by id: this is the one whose key it is, others are found in lists.
    look=lambda _: look(users_me),
    key="authUser",
    shows=("id", "name", "email", "language", "timezoneId", "localeId", "countryId"),
    binds=("name", "email", "language", "timezoneId", "localeId", "countryId"),
    source="users_list",
)
ORGANIZATION = Kind(
    noun="organization",
    look=lambda id_: look(organizations_get, id_),
    key="organization",
    shows=("id", "name", "zone", "productName", "countryId", "timezoneId", "isPaused", "teams"),
    binds=("name", "zone", "countryId", "timezoneId"),
    source="organizations_list",
)
TEAM = Kind(
    noun="team",
    look=lambda id_: look(teams_get, id_),
    key="team",
    shows=("id", "name", "organizationId", "isPaused", "activeScenarios"),
    binds=("name", "organizationId"),
    source="teams_list",
)
SCENARIO = Kind(
    noun="scenario",
    look=lambda id_: look(scenarios_get, id_),
    key="scenario",
    shows=("id", "name", "teamId", "isActive", "isinvalid", "isPaused", "scheduling", "usedPackages", "lastEdit"),
    binds=(
        "name",
        "teamId",
        "isActive",
        "isinvalid",
        "isPaused",
        "scheduling",
        "lastEdit",
        "description",
        "folderId",
        "hookId",
    ),
    source="scenarios_list",
)
CONNECTION = Kind(
    noun="connection",
    look=lambda id_: look(connections_get, id_),
    key="connection",
    # Make calls the type `accountName`, and says in `metadata` whose account it is.
    shows=("id", "name", "teamId", "accountName", "accountType", "metadata", "expire"),
    binds=("name", "teamId", "accountName", "metadata", "editable"),
    source="connections_list",
)
HOOK = Kind(
    noun="hook",
    look=lambda id_: look(hooks_get, id_),
    key="hook",
    # Not its url: whoever knows it can start the scenario.
    shows=("id", "name", "teamId", "typeName", "enabled", "gone", "scenarioId", "queueCount"),
    binds=("name", "teamId", "enabled", "scenarioId"),
    source="hooks_list",
)
DATA_STORE = Kind(
    noun="data store",
    look=lambda id_: look(data_stores_get, id_),
    key="dataStore",
    shows=("id", "name", "teamId", "records", "size", "maxSize", "datastructureId"),
    binds=("name", "teamId", "maxSize", "datastructureId"),
    source="data_stores_list",
)
TEMPLATE = Kind(
    noun="template",
    look=lambda id_: look(templates_get, id_),
    key="template",
    shows=("id", "name", "teamId", "description", "usedApps", "public", "published", "approved"),
    binds=("name", "teamId", "description", "published", "approved"),
    source="templates_list",
)
INCOMPLETE_EXECUTION = Kind(
    noun="incomplete execution",
    look=lambda id_: look(incomplete_executions_get, id_),
    key="dlq",
    shows=("id", "scenarioId", "scenarioName", "reason", "created", "attempts", "resolved"),
    # Not its attempts: Make retries some by itself.
    binds=("scenarioId", "resolved"),
    # It has no name of its own, and nobody types 32 digits.
    title="scenarioName",
    source="incomplete_executions_list",
)
NOTIFICATION = Kind(
    noun="notification",
    look=lambda id_: look(notifications_get, id_),
    key="notification",
    # Not its body: it is a page of HTML.
    shows=("id", "subject", "read", "created"),
    binds=("subject",),
    title="subject",
    source="notifications_list",
)
MATON_CONNECTION = Kind(
    noun="Maton connection",
    look=lambda id_: look(maton_connections_get, id_),
    key="connection",
    # Not its url: it holds a session token. Nor its metadata: nothing says what else stands there.
    shows=("connection_id", "status", "app", "method", "creation_time"),
    binds=("status", "app"),
    source="maton_connections_list",
)
