from make_mcp.start import main

raise SystemExit(main())
