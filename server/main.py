"""The entry point of the MCPB bundle."""

from make_mcp.start import main

raise SystemExit(main())
