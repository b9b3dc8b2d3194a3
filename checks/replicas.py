"""What needs nginx and redis-server: two replicas behind a proxy, as deploy/nginx.conf has it.

    python checks/replicas.py [arguments of pytest]

Run it with an interpreter that has make-mcp and its tests' packages installed. What is on the path is used. Otherwise it comes
from Debian's packages: installed for good where that is allowed, else unpacked into a temporary folder; and where neither works
this fails.
"""

import sys

from debian import run_tests

if __name__ == "__main__":
    # The folder is named since to look for them among all tests takes longer than some of them.
    raise SystemExit(run_tests("replicas", ["nginx", "redis-server"], ["tests/end_to_end/replicas", *sys.argv[1:]]))
