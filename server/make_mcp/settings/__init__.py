"""Settings: every flag and environment variable, declared once.

A flag is the field's name with dashes (`--read-only`); its environment variable is `MAKE_MCP_` and the name
(`MAKE_MCP_READ_ONLY`), except for credentials and base URLs, which keep the names that Make's and Maton's own pages use.
A flag wins over the environment. A key has no flag: what stands on a command line can be read by other processes.
"""

from make_mcp.settings.declared import KEYS, PREFIX, SHORTEST_CODE_KEY, Settings, variable
from make_mcp.settings.errors import SettingsError
from make_mcp.settings.loading import load

__all__ = ["KEYS", "PREFIX", "SHORTEST_CODE_KEY", "Settings", "SettingsError", "load", "variable"]
