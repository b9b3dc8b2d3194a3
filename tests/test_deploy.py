"""What is deployed: the files that start the server elsewhere say what the server takes, and give it no rights that it does not need."""

import itertools
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from make_mcp.hosting.plan import HOSTED_GRACE, plan
from make_mcp.settings import KEYS, Settings, load, variable

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
KUBERNETES: list[dict[str, Any]] = list(
    yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text(encoding="utf-8"))
)
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
REPLICAS = ("make-mcp-1", "make-mcp-2")
VARIABLES = {variable(name): name for name in Settings.model_fields}
SECRETS = {variable(name) for name in (*KEYS, "redis_url")}


def one(kind: str, name: str = "make-mcp") -> dict[str, Any]:
    return next(each for each in KUBERNETES if each["kind"] == kind and each["metadata"]["name"] == name)


def pod(kind: str, name: str = "make-mcp") -> dict[str, Any]:
    return one(kind, name)["spec"]["template"]["spec"]


def environments() -> list[dict[str, str]]:
    container = pod("Deployment")["containers"][0]
    return [
        *(COMPOSE["services"][name]["environment"] for name in REPLICAS),
        {each["name"]: each["value"] for each in container["env"]},
    ]


@pytest.mark.parametrize("given", environments(), ids=("compose-1", "compose-2", "kubernetes"))
def test_a_replica_is_given_settings_that_there_are_and_that_fit(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    assert set(given) <= set(VARIABLES)
    assert not set(given) & SECRETS, "a secret belongs into a file"
    for name, value in given.items():
        # As compose fills it in.
        plain = re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", re.sub(r"\$\{MAKE_ZONE[^}]*\}", "eu1.make.com", value))
        if name.endswith("_FILE"):
            file = tmp_path / name
            file.write_text("redis://:x@redis:6379/0" if "REDIS" in name else "k" * 64)
            plain = str(file)
        monkeypatch.setenv(name, plain)
    settings = load({})
    planned = plan(settings)
    assert planned.signs_in
    assert planned.hosts
    assert settings.code_key is not None
    assert settings.redis is not None


def test_the_replicas_of_compose_are_alike():
    first, second = ({**COMPOSE["services"][name], "networks": None} for name in REPLICAS)
    assert first == second


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_of_compose_has_no_rights_that_it_does_not_need(name: str):
    service: dict[str, Any] = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "MAKE_MCP_USER" in service["user"]
    assert not {"privileged", "cap_add", "pid", "network_mode", "devices"} & set(service)
    assert ":" in service["image"] or service["image"] == "make-mcp"
    assert not service["image"].endswith(":latest")


def test_only_nginx_can_be_reached_from_outside_and_redis_from_the_replicas_alone():
    published = {name: each["ports"] for name, each in COMPOSE["services"].items() if "ports" in each}
    assert published == {"nginx": ["127.0.0.1:8080:8080"]}
    assert COMPOSE["services"]["redis"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_nginx_knows_the_replicas_by_the_names_of_compose():
    conf = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert set(re.findall(r"^\s+server (\S+):8000", conf, re.MULTILINE)) == set(REPLICAS)
    own = {name: COMPOSE["services"][name]["networks"]["inside"]["ipv4_address"] for name in REPLICAS}
    assert COMPOSE["services"]["nginx"]["extra_hosts"] == own
    (pool,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    fixed = {ip_address(each) for each in own.values()}
    assert len(fixed) == 2
    assert all(each in ip_network(pool["subnet"]) and each not in ip_network(pool["ip_range"]) for each in fixed)
    mounted = {each.split(":")[0] for each in COMPOSE["services"]["nginx"]["volumes"]}
    assert mounted == {"./deploy/nginx.conf", "./deploy/nginx-reads.conf"}
    assert "include nginx-reads.conf;" in conf


def test_calls_in_flight_have_their_grace():
    for name in REPLICAS:
        assert int(COMPOSE["services"][name]["stop_grace_period"].removesuffix("s")) > HOSTED_GRACE
    spec = pod("Deployment")
    pause = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert spec["terminationGracePeriodSeconds"] > HOSTED_GRACE + pause


@pytest.mark.parametrize(("kind", "name"), [("Deployment", "make-mcp"), ("StatefulSet", "make-mcp-redis")])
def test_a_pod_has_no_rights_that_it_does_not_need(kind: str, name: str):
    spec = pod(kind, name)
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in spec["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert not container["image"].endswith(":latest")


def test_the_labels_by_which_the_parts_find_one_another_are_there():
    kinds = {"Deployment": "make-mcp", "StatefulSet": "make-mcp-redis"}
    for kind, name in kinds.items():
        spec = one(kind, name)["spec"]
        assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"] == {"app": name}
        assert one("Service", name)["spec"]["selector"] == {"app": name}
        assert one("NetworkPolicy", name)["spec"]["podSelector"]["matchLabels"] == {"app": name}
    assert one("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == {"app": "make-mcp"}


def test_the_update_of_a_deployment_keeps_all_replicas():
    spec = one("Deployment")["spec"]
    assert (spec["replicas"], spec["strategy"]["rollingUpdate"]["maxUnavailable"]) == (2, 0)
    container = spec["template"]["spec"]["containers"][0]
    paths = {name: container[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert paths == {"startupProbe": "/health", "livenessProbe": "/health", "readinessProbe": "/ready"}


def test_the_ingress_passes_on_what_clients_need_and_nothing_else():
    paths = one("Ingress")["spec"]["rules"][0]["http"]["paths"]
    assert {(each["path"], each["pathType"]) for each in paths} == {
        ("/mcp", "Exact"),
        ("/.well-known/oauth-protected-resource/mcp", "Exact"),
    }
    hosts = {each["name"]: each.get("value") for each in pod("Deployment")["containers"][0]["env"]}
    assert one("Ingress")["spec"]["rules"][0]["host"] == hosts["MAKE_MCP_ALLOWED_HOSTS"]


def instructions(name: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in DOCKERFILE if line.startswith(f"{name} ")]


def test_the_image_runs_as_nobody_and_starts_on_stdio():
    assert [re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) is not None for user in instructions("USER")] == [True]
    assert instructions("ENTRYPOINT") == ['["make-mcp"]']
    assert instructions("CMD") == []
    assert not any("MAKE_MCP_TRANSPORT" in line for line in DOCKERFILE if not line.startswith("#"))
    assert len(instructions("HEALTHCHECK")) == 1


def test_the_image_is_built_from_named_versions_and_from_what_is_here_alone():
    assert instructions("ADD") == []
    assert all("latest" not in each and re.search(r":\d", each) for each in instructions("ARG"))
    assert {each.split()[0] for each in instructions("FROM")} == {"${PYTHON}"}


def test_nothing_secret_gets_into_a_layer():
    given = " ".join(itertools.chain(instructions("ENV"), instructions("ARG"), instructions("RUN")))
    assert not re.search(r"(?i)key|token|secret|password", given)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored, "only what is named gets there"
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    copied = {source for each in instructions("COPY") if not each.startswith("--from") for source in each.split()[:-1]}
    assert copied == allowed
    assert all((ROOT / source).exists() for source in copied)
