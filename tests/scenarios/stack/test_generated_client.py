"""A typed client that a generator makes from the published document goes the whole way."""

import asyncio
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.running_stack import Client, Json, RunningStack

pytestmark = pytest.mark.slow

CONFIG = {"content_type_overrides": {"application/pdf": "application/octet-stream"}, "post_hooks": []}
PACKAGE = "xuanhao_client"


@pytest.fixture
async def package(http: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the generated package, which can be imported."""
    document, config = tmp_path / "openapi.json", tmp_path / "config.json"
    document.write_text((await http.get("/openapi.json")).text, "utf-8")
    config.write_text(json.dumps(CONFIG), "utf-8")
    await asyncio.to_thread(generate, document, config, tmp_path / PACKAGE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return PACKAGE


def generate(document: Path, config: Path, folder: Path) -> None:
    """Make the package; a warning of the generator is an error."""
    command = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--fail-on-warning"]
    done = subprocess.run(
        [*command, "--path", str(document), "--config", str(config), "--meta", "none", "--output-path", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


async def test_a_generated_client_preselects_a_number(
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
