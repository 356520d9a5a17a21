"""A typed client that a generator makes from the published document goes the whole way."""

import asyncio
import json
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.running_stack import Client, Json, RunningStack

pytestmark = pytest.mark.slow

CONFIG = {"content_type_overrides": {"application/pdf": "application/octet-stream"}, "post_hooks": []}
# The generator's project is built by uv; the backend of this project does the same without another package.
BACKEND = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


@pytest.fixture
async def package(http: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the generated package, which is installed."""
    document, config = tmp_path / "openapi.json", tmp_path / "config.json"
    document.write_text((await http.get("/openapi.json")).text, "utf-8")
    config.write_text(json.dumps(CONFIG), "utf-8")
    await asyncio.to_thread(generate, document, config, tmp_path / "project")
    await asyncio.to_thread(install, tmp_path / "project", tmp_path / "site")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    [found] = [path.parent.name for path in (tmp_path / "site").glob("*/client.py")]
    return found


def generate(document: Path, config: Path, project: Path) -> None:
    """Make the project of a package, with the names that the document's title gives; a warning is an error."""
    program = str(Path(sys.executable).with_name("openapi-python-client"))
    options = ["--path", str(document), "--config", str(config), "--meta", "uv", "--output-path", str(project)]
    run(program, "generate", "--fail-on-warning", *options)


def install(project: Path, site: Path) -> None:
    file = project / "pyproject.toml"
    written = file.read_text("utf-8")
    assert tomllib.loads(written)["project"]["name"] == "xuanhao-client"
    file.write_text(re.sub(r"\[build-system\]\n(?:.+\n?)+", BACKEND, written), "utf-8")
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--target", str(site)]
    run(sys.executable, "-m", "pip", "install", "--quiet", *options, str(project))


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


async def test_an_installed_client_preselects_a_number(
    package: str, stack: RunningStack, http: httpx.AsyncClient
) -> None:
    user = await Client.sign_in(http, "applicant-014")
    car = (await user.cars())[0]
    models = import_module(f"{package}.models")
    client = import_module(f"{package}.client").AuthenticatedClient(stack.url, token=user.token)

    async def call(name: str, *arguments: str, **body: Any) -> Any:
        answer = await import_module(f"{package}.api.{name}").asyncio(*arguments, client=client, **body)
        assert type(answer).__name__ != "ProblemDetails", answer
        return answer

    async with client:
        notice = await call("offices.read_notice", car["office_code"])
        code = models.CodeBody(purpose="confirm_information")
        await call("applicants.send_verification_code", body=code)
        facts: Json = {name: car[name] for name in ("office_code", "certificate_number", "vin", "seller")}
        facts |= {"notice_version": notice.version, "code": (await user.messages("confirm_information"))[0]["code"]}
        view = await call("applicants.create_preselection", body=models.SubmissionBody.from_dict(facts))
        await call("preselections.start", view.id)
        await call("preselections.send_identity_code", view.id)
        code = models.IdentityBody(code=(await user.messages("confirm_identity"))[0]["code"])
        await call("preselections.confirm_identity", view.id, body=code)
        view = await call("plates.draw", view.id, body=models.DrawBody(exclude_four=True))
        number = view.batch.numbers[0]
        await call("plates.put_aside", view.id, body=models.NumberBody(number=number))
        view = await call("plates.confirm", view.id, body=models.NumberBody(number=number))
        assert (view.stage, view.plate) == ("completed", number)
        voucher = await call("preselections.read_voucher", view.id)
        assert voucher.payload.read(5) == b"%PDF-"
