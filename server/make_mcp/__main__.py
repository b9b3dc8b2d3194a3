from make_mcp.cli import main

raise SystemExit(main())
