"""The files of `deploy/`: their form, their variables, and what the machine's own programs say about them."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.release import RELEASE
from config.settings import PREFIX, Settings
from tests.rules.source_files import ROOT
from worker.stopping import LONGEST_STOP

DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "xuanhao"
KINDS: dict[str, Any] = {"object": dict, "string": str, "integer": int, "boolean": bool}
OF_SAMPLES = {"XUANHAO_DOMAIN", "XUANHAO_UPSTREAMS"}


def text_of(*parts: str) -> str:
    return DEPLOY.joinpath(*parts).read_text("utf-8")


def test_every_variable_is_a_setting() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | OF_SAMPLES
    files = [file for file in DEPLOY.rglob("*") if file.is_file() and file.suffix != ".json"]
    named = {name for file in files for name in re.findall(r"XUANHAO_[A-Z_]+[A-Z]", file.read_text("utf-8"))}
    assert named
    assert named <= known


def test_every_file_names_this_release() -> None:
    chart, values = (
        yaml.safe_load(text_of("helm", "xuanhao", "Chart.yaml")),
        yaml.safe_load((CHART / "values.yaml").read_text("utf-8")),
    )
    services = yaml.safe_load(text_of("container", "compose.yaml"))["services"]
    assert {chart["version"], chart["appVersion"], values["image"]["tag"]} == {RELEASE}
    assert services["api"]["image"] == f"xuanhao:{RELEASE}"


def test_containers_run_as_nobody_on_a_read_only_root() -> None:
    services = yaml.safe_load(text_of("container", "compose.yaml"))["services"]
    for name in ("api", "worker", "setup"):
        assert services[name]["read_only"]
        assert services[name]["cap_drop"] == ["ALL"]
    last = text_of("container", "Dockerfile").rpartition("FROM ")[2]
    assert re.search(r"^USER \d+$", last, re.MULTILINE)


def test_every_process_that_stays_is_asked_for_its_health() -> None:
    services = yaml.safe_load(text_of("container", "compose.yaml"))["services"]
    for name, path in (("api", "http://127.0.0.1:8000/healthz"), ("worker", "http://127.0.0.1:9465/readyz")):
        assert path in services[name]["healthcheck"]["test"][-1]
    assert services["worker"]["environment"]["XUANHAO_HEALTH_ADDRESS"] == "127.0.0.1:9465"
    chart = text_of("helm", "xuanhao", "templates", "processes.yaml")
    assert 'XUANHAO_HEALTH_ADDRESS, value: "0.0.0.0:9465"' in chart
    for probe in ("livenessProbe", "readinessProbe"):
        assert chart.count(probe) == 1
    assert "XUANHAO_HEALTH_ADDRESS=127.0.0.1:%i" in text_of("systemd", "xuanhao-worker@.service")


def test_a_worker_has_the_time_that_it_may_take_to_stop() -> None:
    """A kill before would cut off the trace of what holds it."""
    compose = yaml.safe_load(text_of("container", "compose.yaml"))["services"]["worker"]["stop_grace_period"]
    processes = text_of("helm", "xuanhao", "templates", "processes.yaml")
    chart = re.search(r"terminationGracePeriodSeconds: (\d+)", processes)
    unit = re.search(r"TimeoutStopSec=(\d+)", text_of("systemd", "xuanhao-worker@.service"))
    assert chart
    assert unit
    assert min(int(compose.removesuffix("s")), int(chart[1]), int(unit[1])) > LONGEST_STOP.total_seconds()


def test_nothing_starts_before_the_setup_has_prepared_everything() -> None:
    compose = yaml.safe_load(text_of("container", "compose.yaml"))
    services, setup = compose["services"], compose["services"]["setup"]
    assert setup["command"] == ["setup", "--apply"]
    assert setup["environment"].items() >= compose["x-xuanhao"]["environment"].items()
    assert "XUANHAO_OWNER_DATABASE_URL" in setup["environment"]
    for name in ("api", "worker"):
        assert services[name]["depends_on"]["setup"] == {"condition": "service_completed_successfully"}
        assert services[name]["volumes"] == [f"{volume}:ro" for volume in setup["volumes"]]
    # The role that the application signs in with: setup makes it without a password only.
    assert "CREATE ROLE xuanhao_app LOGIN PASSWORD '${APP_PASSWORD:?}'" in compose["configs"]["role"]["content"]
    job = text_of("helm", "xuanhao", "templates", "setup.yaml")
    assert '(list "setup" "--apply")' in job
    assert job.count("secretRef") == 2


def test_pods_read_the_keys_through_their_group() -> None:
    for name in ("setup.yaml", "processes.yaml"):
        text = text_of("helm", "xuanhao", "templates", name)
        assert text.count("defaultMode: 0440") == text.count("securityContext: {fsGroup: 10001}") == 1


def problems(value: Any, schema: dict[str, Any], definitions: dict[str, Any], path: str = "values") -> list[str]:
    """What the keywords of the chart's schema refuse in a value."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if not isinstance(value, KINDS[schema["type"]]):
        return [f"{path}: no {schema['type']}"]
    if schema["type"] != "object":
        is_small = "minimum" in schema and value < schema["minimum"]
        return [f"{path}: too small"] if is_small else []
    known: dict[str, Any] = schema.get("properties", {})
    others: Any = schema.get("additionalProperties", True)
    found = [f"{path}.{name}: missing" for name in schema.get("required", ()) if name not in value]
    for name, item in value.items():
        each = known.get(name, others)
        if each is False:
            found.append(f"{path}.{name}: unknown")
        elif isinstance(each, dict):
            found += problems(item, each, definitions, f"{path}.{name}")
    return found


def test_the_values_of_the_chart_keep_to_its_schema() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    assert problems(values, schema, schema["$defs"]) == []
    wrong = values | {"api": values["api"] | {"replicas": "3"}, "unknown": 1}
    assert problems(values["api"] | {"replicas": 0}, schema["$defs"]["process"], {}) == ["values.replicas: too small"]
    assert problems(wrong, schema, schema["$defs"]) == ["values.api.replicas: no integer", "values.unknown: unknown"]


def test_the_templates_use_values_that_exist_and_close_their_blocks() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    for file in (CHART / "templates").iterdir():
        text = file.read_text("utf-8")
        for path in re.findall(r"\.Values\.([a-zA-Z.]+)", text):
            found: Any = values
            for name in path.split("."):
                found = found[name]
        opened = len(re.findall(r"{{-? (?:if|range|define) ", text))
        assert opened == len(re.findall(r"{{-? end -?}}", text)), file.name


@pytest.mark.parametrize("unit", sorted(path.name for path in (DEPLOY / "systemd").glob("*.service")))
def test_a_unit_runs_a_program_without_rights(unit: str, tmp_path: Path) -> None:
    service = dict(re.findall(r"^(\w+)=(.*)$", text_of("systemd", unit), re.MULTILINE))
    assert service["ExecStart"].removeprefix("/opt/xuanhao/bin/xuanhao ") in ("api", "worker", "migrate")
    assert {service[name] for name in ("DynamicUser", "NoNewPrivileges", "ProtectHome", "PrivateTmp")} == {"yes"}
    if verifier := shutil.which("systemd-analyze"):
        # The program is not installed here, so any program takes its place.
        copy = tmp_path / unit.replace("@.", "@8000.")
        copy.write_text(
            text_of("systemd", unit).replace("/opt/xuanhao/bin/xuanhao", shutil.which("true") or "true"), "utf-8"
        )
        done = subprocess.run([verifier, "verify", "--man=no", copy], capture_output=True, text=True, check=False)
        assert unit.partition("@")[0] not in done.stderr, done.stderr


def test_nginx_accepts_its_sample(tmp_path: Path) -> None:
    sample = text_of("nginx", "xuanhao.conf")
    assert sample.count("{") == sample.count("}")
    if nginx := shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"):
        # Without the certificate, which only an installation has.
        plain = re.sub(r"^\s*ssl_.*$", "", sample, flags=re.MULTILINE).replace("listen 443 ssl", "listen 443")
        whole = tmp_path / "nginx.conf"
        whole.write_text(f"pid {tmp_path}/pid; events {{}} http {{ access_log off; {plain} }}", "utf-8")
        command = [nginx, "-t", "-q", "-e", str(tmp_path / "log"), "-c", str(whole)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_caddy_accepts_its_sample() -> None:
    sample = text_of("caddy", "Caddyfile")
    assert sample.count("{") == sample.count("}")
    if caddy := shutil.which("caddy"):
        command = [caddy, "adapt", "--adapter", "caddyfile", "--config", str(DEPLOY / "caddy" / "Caddyfile")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("ingress", ["true", "false"])
def test_helm_renders_the_chart(ingress: str) -> None:
    if helm := shutil.which("helm"):
        command = [helm, "template", "xuanhao", str(CHART), "--set", f"ingress.enabled={ingress}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        kinds = [each["kind"] for each in yaml.safe_load_all(done.stdout) if each]
        assert {"Deployment", "HorizontalPodAutoscaler", "Job", "NetworkPolicy", "PodDisruptionBudget"} <= set(kinds)
        assert ("Ingress" in kinds) == (ingress == "true")


def test_prometheus_accepts_the_alerts() -> None:
    if promtool := shutil.which("promtool"):
        command = [promtool, "check", "rules", str(DEPLOY / "prometheus" / "alerts.yml")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
