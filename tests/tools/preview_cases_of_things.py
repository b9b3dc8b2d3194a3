"""What the previews of writes to data stores and everything else say."""

from tests.tools.preview_form import GUARD, LEVELS, LINK, SCENARIOS, STORE, TEAM, Told, blueprint

THINGS = (
    Told(
        "data_stores_create",
        {"teamId": 5, "name": "Levels", "datastructureId": 17, "maxSizeMB": 1000},
        {"/teams/5": TEAM, "/data-stores": {"dataStores": [STORE]}},
        'Create the data store "Levels" in team 5 "Operations": at most 1,000 MB, records typed by data structure 17.',
        "Levels",
        ["Make refuses where the organization has no room left for it. A second call makes a second data store."],
    ),
    Told(
        "data_stores_update",
        {"dataStoreId": 32, "maxSizeMB": 2, "datastructureId": 19},
        {"/data-stores/32": {"dataStore": LEVELS}, "/teams/5": TEAM},
        'Change data store 32 "Levels" in team 5 "Operations": data structure, size. It holds 412 records, 3 MB of 10 MB.',
        "Levels",
        [
            "It holds 3 MB, more than it may hold then: Make is likely to refuse.",
            "The records stay as they are: see that they fit the new data structure.",
        ],
    ),
    Told(
        "data_stores_update",
        {"dataStoreId": 32, "maxSizeMB": 10},
        {"/data-stores/32": {"dataStore": LEVELS}, "/teams/5": TEAM},
        'Change data store 32 "Levels" in team 5 "Operations": size. It holds 412 records, 3 MB of 10 MB.',
        "Levels",
        ["It is so already: nothing would change."],
    ),
    Told(
        "data_stores_delete",
        {"teamId": 5, "ids": [31, 77]},
        {
            "/data-stores": {"dataStores": [STORE, LEVELS]},
            "/teams/5": TEAM,
            "/scenarios": SCENARIOS,
            "/scenarios/72/blueprint": blueprint(datastore=31),
            "/scenarios/73/blueprint": blueprint(datastore=32),
        },
        'Delete 2 data stores in team 5 "Operations" for good: 1 of them is there, 1 was not found.',
        "2 data stores",
        [
            "Not found: data store 77.",
            "The records go too. Make has no way to bring them back.",
            "Scenarios that use what is deleted fail from then on.",
            GUARD,
        ],
        [
            'data store 31 "Suppliers": 37 records, 5 KB of 8 MB',
            'scenario 72 "Stock sync", off: uses it in module 2 slack:CreateMessage',
        ],
    ),
    Told(
        "data_stores_delete",
        {"teamId": 5, "ids": [31]},
        {"/data-stores": {"dataStores": [{**STORE, "id": "31"}]}, "/teams/5": TEAM, "/scenarios": {"scenarios": []}},
        'Delete data store 31 "Suppliers" in team 5 "Operations" for good, with 37 records, 5 KB of 8 MB.',
        "Suppliers",
        [
            "The records go too. Make has no way to bring them back.",
            "Scenarios that use what is deleted fail from then on.",
            GUARD,
        ],
    ),
    Told(
        "data_stores_delete",
        {"teamId": 5, "ids": [77, 78]},
        {"/data-stores": {"dataStores": [STORE]}, "/teams/5": TEAM},
        'There is nothing to delete: no such data store is in team 5 "Operations".',
        "2 data stores",
        ["Not found: data stores 77, 78."],
    ),
    Told(
        "data_stores_delete",
        {"teamId": 5, "all": True, "exceptIds": [99]},
        {
            "/data-stores": {"dataStores": [STORE, LEVELS]},
            "/teams/5": TEAM,
            "/scenarios": SCENARIOS,
            "/scenarios/72/blueprint": blueprint(datastore=31, other=32),
            "/scenarios/73/blueprint": blueprint(datastore=32),
        },
        'Delete 2 data stores in team 5 "Operations" for good, with 449 records.',
        "2 data stores",
        [
            "Not found: data store 99.",
            "Kept: 0 data stores.",
            "The records go too. Make has no way to bring them back.",
            "Scenarios that use what is deleted fail from then on.",
            GUARD,
        ],
        [
            'data store 31 "Suppliers": 37 records, 5 KB of 8 MB',
            'data store 32 "Levels": 412 records, 3 MB of 10 MB',
            'scenario 72 "Stock sync", off: uses data store 31 "Suppliers" in module 2 slack:CreateMessage',
            'scenario 73 "Refunds", invalid: uses data store 32 "Levels" in module 2 slack:CreateMessage',
        ],
    ),
    Told(
        "data_stores_delete",
        {"teamId": 5, "all": True},
        {},
        "Delete all data stores in team 5 for good.",
        "all data stores",
        [
            "The records go too. Make has no way to bring them back.",
            "Scenarios that use what is deleted fail from then on.",
            GUARD,
        ],
        [],
        ["The data stores themselves: Make answered 404.", "The name of the team: Make answered 404."],
    ),
    Told(
        "templates_delete",
        {"templateId": 8},
        {
            "/templates/8": {
                "template": {
                    "id": 8,
                    "name": "To sheet",
                    "teamId": 5,
                    "usedApps": ["gateway"],
                    "published": "2026-01-01",
                    "approved": "x",
                }
            },
            "/teams/5": TEAM,
        },
        'Delete template 8 "To sheet" in team 5 "Operations" for good.',
        "To sheet",
        [
            "It is made for: gateway.",
            "It is published: nobody can make scenarios from it any more.",
            "It is approved: Make lets an administrator alone delete it.",
            "Scenarios that were made from it stay.",
            GUARD,
        ],
    ),
    Told(
        "notifications_mark_read",
        {},
        {"/notifications": {"notifications": [], "userUnreadNotifications": 0}},
        "Mark your notifications as read: none is unread.",
        "0 notifications",
        [
            "It is so already: nothing would change.",
            "Make marks all of them, and offers no way to mark one as unread again.",
        ],
    ),
    Told(
        "notifications_delete",
        {"ids": ["80446"]},
        {
            "/notifications": {
                "notifications": [{"id": "80446", "subject": "Error in Order intake", "read": None}, {"id": "80447"}]
            }
        },
        'Delete unread notification 80446 "Error in Order intake" for good.',
        "Error in Order intake",
        ["Make has no way to bring a notification back."],
    ),
    Told(
        "notifications_delete",
        {"ids": ["80446", "80447", "80448"]},
        {"/notifications": {"notifications": [{"id": 80447, "subject": "Two", "read": "2026-05-01"}, {"id": 80446}]}},
        "Delete 3 notifications for good: 2 of them are there, 1 was not found.",
        "3 notifications",
        ["Not found: notification 80448.", "Make has no way to bring a notification back."],
        ["notification 80446", 'notification 80447 "Two"'],
    ),
    Told(
        "maton_connections_create",
        {"method": "OAUTH2"},
        {"/connections": {"connections": [LINK]}},
        "Begin a new link between your Maton account and a Make account, to sign in by OAUTH2.",
        "new link",
        [
            "Nothing is linked until a person signs in at Make, by the link in the answer or from their account at maton.ai.",
            "There is a link already: link-1, ACTIVE.",
            "With several active links it is open which one a call uses, unless the server is told one.",
        ],
    ),
    Told(
        "maton_connections_delete",
        {"matonConnectionId": "link-1"},
        {
            "/connections/link-1": {"connection": LINK},
            "/connections": {"connections": [LINK, {**LINK, "connection_id": "link-2", "status": "PENDING"}]},
        },
        "Cut the link link-1 between your Maton account and a Make account for good, which is ACTIVE.",
        "link-1",
        [
            "Nothing in the Make account changes. A new link needs a person who signs in at Make.",
            "It is the only active link: without it this server reaches Make no more through the gateway.",
        ],
    ),
    Told(
        "maton_connections_delete",
        {"matonConnectionId": "link-1"},
        {
            "/connections/link-1": {"connection": LINK},
            "/connections": {"connections": [LINK, {**LINK, "connection_id": "link-2"}]},
        },
        "Cut the link link-1 between your Maton account and a Make account for good, which is ACTIVE.",
        "link-1",
        [
            "Nothing in the Make account changes. A new link needs a person who signs in at Make.",
            "1 other active link stays: calls may reach another Make account than before.",
        ],
        ["link link-2, ACTIVE"],
    ),
)
