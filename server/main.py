"""The entry point of the MCPB bundle."""

from make_mcp.cli import main

raise SystemExit(main())
