"""What needs redis-server: the tests that use a real one.

    python checks/redis_server.py [arguments of pytest]

Run it with an interpreter that has make-mcp and its tests' packages installed. A redis-server on the path is used. Otherwise it
comes from Debian's packages: installed for good where that is allowed, else unpacked into a temporary folder; and where neither
works this fails.
"""

import sys

from debian import run_tests

if __name__ == "__main__":
    raise SystemExit(run_tests("redis", ["redis-server"], sys.argv[1:]))
