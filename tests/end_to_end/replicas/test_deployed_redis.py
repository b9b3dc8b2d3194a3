"""Redis as compose.yaml and deploy/kubernetes.yaml start it: their own scripts, with other folders."""

import signal
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError
from redis.retry import Retry
from tests.conftest import ROOT
from tests.end_to_end.processes import environment
from tests.end_to_end.replicas.processes import Place, Program

pytestmark = pytest.mark.replicas

PASSWORD = "canary-password-0b7e"


def of_compose() -> str:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    script: str = compose["services"]["redis"]["entrypoint"][-1]
    return script.replace("$$", "$")


def of_kubernetes() -> str:
    parts: list[dict[str, Any]] = list(
        yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text(encoding="utf-8"))
    )
    (redis,) = (each for each in parts if each["kind"] == "StatefulSet")
    return redis["spec"]["template"]["spec"]["containers"][0]["command"][-1]


def ask(place: Place, password: str | None, *command: str) -> Any:
    # redis leaves the types of its answers open.
    once = Retry(NoBackoff(), 0)
    client = cast("Any", Redis(port=place.port, password=password, decode_responses=True, protocol=2, retry=once))
    with closing(client):
        return client.execute_command(*command)


@pytest.mark.parametrize("script", [of_compose(), of_kubernetes()], ids=["compose", "kubernetes"])
def test_redis_wants_the_password_of_the_secret_keeps_everything_and_ends_when_it_is_told_to(
    script: str, tmp_path: Path
):
    (tmp_path / "redis-url").write_text(f"redis://:{PASSWORD}@redis:6379/0", encoding="utf-8")
    (tmp_path / "data").mkdir()
    with closing(Place()) as place:
        for folder in ("/run/secrets", "/run/make-mcp"):
            script = script.replace(f"{folder}/redis-url", str(tmp_path / "redis-url"))
        script = script.replace("dir /data", f"dir {tmp_path}/data\nport {place.port}")
        # It writes its log to stdout.
        program = Program(["sh", "-c", f"exec 1>&2\n{script}"], environment(), "Ready to accept connections")
        with closing(program):
            for starts in (1, 2):
                program.start()
                with pytest.raises(AuthenticationError):
                    ask(place, None, "PING")
                assert ask(place, PASSWORD, "CONFIG", "GET", "maxmemory-policy")[1] == "noeviction"
                assert ask(place, PASSWORD, "INCR", "starts") == starts
                # The shell is not in between: it would keep the signal for itself.
                assert program.end(signal.SIGTERM) == 0
        assert PASSWORD not in " ".join(program.said)
