"""What Make knows and no account changes: apps, countries, scopes, roles, types of keys."""
