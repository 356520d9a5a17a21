"""Set-up for operators: offices, their policies and notices."""

from typing import Annotated

from fastapi import Path, Query, Response

from api.auth.records import id_in
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read, responses_of_write
from api.http.secured_route import area
from api.offices.schemas import OfficeCoordinates
from api.operators.commands import operator_command, plain
from api.operators.office_schemas import (
    NoticeBody,
    OfficeBody,
    OperatedOffice,
    OperatedOfficeList,
    PolicyAnswer,
    PolicyBody,
    PolicyQuery,
    PolicyRequestItem,
    PolicyValueItem,
    PublishedNotice,
)
from domain.coordinates import Coordinates
from domain.errors import NotFound
from domain.offices import OfficeDetails
from operations import notices, offices, policies
from storage.offices.offices import Office

router = area("/operations/offices", tags=["operations"])
Code = Annotated[str, Path(examples=["440300"])]
PolicyId = Annotated[str, Path(json_schema_extra={"format": "uuid"})]
_LONGEST_CODE = 32


@router.get("", responses=responses_of_read())
async def list_operated_offices(context: CurrentContext) -> OperatedOfficeList:
    """Every office, by code, with its names in all languages."""
    return OperatedOfficeList(items=[_item(office) for office in await offices.offices(context.app.operations)])


@router.put(
    "/{code}",
    responses=responses_of_write("prefix_in_use") | {201: {"model": OperatedOffice, "description": "A new office"}},
)
async def put_office(context: CurrentContext, code: Code, body: OfficeBody, response: Response) -> OperatedOffice:
    """Add an office, or replace its details; its policy, notices and segments stay."""
    details = OfficeDetails(
        code=code,
        name=body.name,
        address=body.address,
        province=body.province,
        prefixes=tuple(body.prefixes),
        names=body.names.by_language() if body.names else {},
        hours=body.hours,
        telephone=body.telephone,
        coordinates=Coordinates(**body.coordinates.model_dump()) if body.coordinates else None,
    )
    change = await offices.put_office(context.app.operations, details, await operator_command(context, body.reason))
    context.app.directory.forget()
    response.status_code = 201 if change.is_new else 200
    return _item(change.office)


@router.get("/{code}/policy", responses=responses_of_read("not_found", "validation_failed"))
async def read_policy(context: CurrentContext, code: Code, query: Annotated[PolicyQuery, Query()]) -> PolicyAnswer:
    """The office's policy at an instant: every setting, and whether the office, the deployment or nobody has set it."""
    at = query.at or context.now()
    values = await policies.policy_values(context.app.operations, _check_code(code), at)
    return PolicyAnswer(at=at, values={name: PolicyValueItem(**vars(value)) for name, value in values.items()})


@router.post("/{code}/policies", status_code=201, responses=responses_of_write("not_found"))
async def request_policy(context: CurrentContext, code: Code, body: PolicyBody) -> PolicyRequestItem:
    """Request a change of the office's policy; without effect until a second operator has confirmed it.

    It holds from `effective_from`, by default from the confirmation. Preselections keep the policy of their creation.
    """
    requested = await policies.request_policy(
        context.app.operations,
        _check_code(code),
        body.overrides,
        await operator_command(context, body.reason),
        effective_from=body.effective_from,
    )
    return PolicyRequestItem(**plain(vars(requested)))


@router.post(
    "/{code}/policies/{policy_id}/confirmation",
    responses=responses_of_write("not_found", "nothing_to_confirm", "second_operator_needed"),
)
async def confirm_policy(context: CurrentContext, code: Code, policy_id: PolicyId) -> PolicyRequestItem:
    """Confirm a change of a policy as a second operator; it holds from its instant, at the earliest from now."""
    command = await operator_command(context)
    confirmed = await policies.confirm_policy(context.app.operations, id_in(policy_id), command, code=_check_code(code))
    context.app.directory.forget()
    return PolicyRequestItem(**plain(vars(confirmed)))


@router.post("/{code}/notices", status_code=201, responses=responses_of_write("not_found"))
async def publish_notice(context: CurrentContext, code: Code, body: NoticeBody) -> PublishedNotice:
    """Publish the next version of the office's notice (业务须知); the older one is outdated at once."""
    texts = {
        tag: notices.Words(words.title, words.body)
        for tag, words in (("zh-CN", body.texts.zh_cn), ("zh-TW", body.texts.zh_tw), ("en", body.texts.en))
        if words
    }
    command = await operator_command(context, body.reason)
    published = await notices.publish_notice(context.app.operations, _check_code(code), texts, command)
    return PublishedNotice(version=published.version, published_at=published.published_at)


def _check_code(code: str) -> str:
    """A code that the database can compare. Raises `NotFound`."""
    if len(code) > _LONGEST_CODE or "\0" in code:
        raise NotFound
    return code


def _item(office: Office) -> OperatedOffice:
    values = plain(vars(office)) | {"coordinates": OfficeCoordinates.of(office.coordinates)}
    return OperatedOffice(**{name: values[name] for name in OperatedOffice.model_fields})
