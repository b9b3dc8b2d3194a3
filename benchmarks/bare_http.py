"""What one GET costs a bare httpx2 client in a process of its own: `python bare_http.py BASE_URL COUNT`.

Prints the seconds of each GET, one after the other on one connection, as a JSON array.
"""

import asyncio
import json
import sys
from time import perf_counter

import httpx2

WARM_UP = 100
MAX_CALLS = 20_000


async def main(base_url: str, count: int) -> list[float]:
    latencies: list[float] = []
    async with httpx2.AsyncClient(base_url=base_url, headers={"Authorization": "Token none"}) as http:
        for number in range(1, WARM_UP + min(count, MAX_CALLS) + 1):
            begun = perf_counter()
            response = await http.get(f"/api/v2/scenarios/{number}")
            latencies.append(perf_counter() - begun)
            if f'"id":{number},' not in response.text:
                raise SystemExit(f"asked for {number}, got {response.text[:200]}")
    return latencies[WARM_UP:]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], int(sys.argv[2])))))
