"""Vouchers: printed by the holder, inspected at the desk, checked against the database."""

import io
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pypdfium2
import pytest
import zxingcpp
from icalendar import Calendar
from pypdf import PdfReader

from documents.voucher_token import VoucherClaims, VoucherSigner, voucher_expiry
from process.clock import system_clock
from storage.offices.offices import Office
from tests.support.applicants import Selection
from tests.support.country import Country
from tests.support.desk import clerk_of, let_lapse, reserve_plate


async def voucher_of(selection: Selection) -> bytes:
    answer = await selection.applicant.stack.client.get(
        f"{selection.path}/voucher", headers=selection.applicant.headers
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    return answer.content


async def token_of(selection: Selection) -> str:
    """The content that a phone's camera reads from the printed page."""
    page = pypdfium2.PdfDocument(await voucher_of(selection))[0].render(scale=2).to_pil()
    [code] = zxingcpp.read_barcodes(page)
    return code.text


def short_code_of(country: Country, selection: Selection) -> str:
    return country.stack.context.vouchers.codes.code_for(UUID(selection.id))


async def test_the_voucher_names_plate_vehicle_last_day_and_office(country: Country) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    view, pdf = await selection.view(), await voucher_of(selection)
    [page] = PdfReader(io.BytesIO(pdf)).pages
    text = page.extract_text()
    for word in (view["plate"], view["vehicle"]["vin"][-4:], view["visit_by"], office.name, office.address):
        assert word in text
    assert short_code_of(country, selection) in text
    for hidden in ("王小明", selection.applicant.claims["id_number"], selection.applicant.phone):
        assert hidden not in text


async def test_the_calendar_file_holds_the_last_day(country: Country) -> None:
    selection = await reserve_plate(country, await country.office())
    answer = await country.stack.client.get(f"{selection.path}/calendar", headers=selection.applicant.headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    [event] = Calendar.from_ical(answer.text).events
    assert event.start == date.fromisoformat((await selection.view())["visit_by"])


@pytest.mark.parametrize("document", ["voucher", "calendar"])
async def test_documents_are_there_at_completed_only_and_for_the_holder_only(country: Country, document: str) -> None:
    office, applicant = await country.office(), country.applicant()
    selection = await applicant.reach_selection(country.car(applicant, office))
    answer = await applicant.get(f"{selection.path}/{document}")
    assert (answer.status, answer.code, answer.body["stage"]) == (409, "wrong_stage", "plate_selection")
    finished = await reserve_plate(country, office)
    assert (await applicant.get(f"{finished.path}/{document}")).code == "not_found"
    assert (await clerk_of(country, office).get(f"{finished.path}/{document}")).code == "forbidden"
    (await clerk_of(country, office).post(f"/desk/preselections/{finished.id}/confirmation")).ok()
    assert (await finished.applicant.get(f"{finished.path}/{document}")).body["stage"] == "registered"


async def test_the_qr_code_inspects_also_as_an_address_and_as_a_scanner_types_it(country: Country) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    clerk, token, view = clerk_of(country, office), await token_of(selection), await selection.view()
    for text in (token, f"https://选号.example/v/{token}", f"https://x.example/?token={token}", f" {token}\r\n"):
        inspection = (await clerk.post("/desk/vouchers/inspect", {"token": text})).ok()
        for name in ("inspected_before", "vin_tail", "certificate_tail"):
            del inspection[name]
        assert inspection == {
            "valid": True, "id": selection.id, "plate": view["plate"], "stage": "completed",
            "visit_by": view["visit_by"], "holder": "王**",
        }  # fmt: skip


async def test_a_second_look_at_a_voucher_shows_when_the_last_was_at_whichever_counter(country: Country) -> None:
    office = await country.office()
    selection, other = await reserve_plate(country, office), await reserve_plate(country, office)
    first, second = clerk_of(country, office), clerk_of(country, office)
    token, code = await token_of(selection), short_code_of(country, selection)
    looks = [(first, token), (second, code), (first, short_code_of(country, other)), (second, token)]
    shown = []
    for clerk, text in looks:
        before = system_clock()
        inspection = (await clerk.post("/desk/vouchers/inspect", {"token": text})).ok()
        shown.append((before, inspection["inspected_before"], system_clock()))
    assert [shown[0][1], shown[2][1]] == [None, None]
    for this, last in ((shown[1], shown[0]), (shown[3], shown[1])):
        # Instants are in whole milliseconds.
        assert last[0] - timedelta(milliseconds=1) <= datetime.fromisoformat(this[1]) <= last[2]


async def test_the_short_code_inspects_however_it_is_typed(country: Country) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    code = short_code_of(country, selection)
    for typed in (code, code.lower(), code.replace("-", ""), f" {code} "):
        answer = await clerk_of(country, office).post("/desk/vouchers/inspect", {"token": typed})
        assert answer.ok()["id"] == selection.id


@pytest.mark.slow
async def test_a_voucher_is_worth_what_has_become_of_the_reservation(country: Country) -> None:
    office = await country.office()
    clerk = clerk_of(country, office)
    worth = {}
    for act, body in (("confirmation", None), ("rejection", {"reason": "撤回"}), ("lapse", None)):
        selection = await reserve_plate(country, office)
        token = await token_of(selection)
        if act == "lapse":
            await let_lapse(selection)
        else:
            (await clerk.post(f"/desk/preselections/{selection.id}/{act}", body)).ok()
        inspection = (await clerk.post("/desk/vouchers/inspect", {"token": token})).ok()
        worth[act] = (inspection["valid"], inspection["stage"])
    assert worth == {
        "confirmation": (True, "registered"), "rejection": (False, "cancelled"), "lapse": (False, "overdue"),
    }  # fmt: skip


def forge(selection: Selection, office: Office, plate: str) -> str:
    """Everything is right except the key."""
    now = system_clock()
    claims = VoucherClaims(UUID(selection.id), plate, now.date(), office.code, voucher_expiry(now + timedelta(days=1)))
    return VoucherSigner(b"f" * 32).sign(claims)


async def test_forged_tokens_and_made_up_codes_are_invalid(country: Country) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    clerk, token = clerk_of(country, office), await token_of(selection)
    code = short_code_of(country, selection)
    mistyped = code[:-1] + ("0" if code[-1] != "0" else "1")
    made_up = country.stack.context.vouchers.codes.code_for(uuid4())
    plate = (await selection.view())["plate"]
    wrong = (
        forge(selection, office, plate), token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), f"{token}.x", "a.b.c",
        mistyped, made_up, "", " ", "粤BA1234", "x" * 5000, "../../etc",
    )  # fmt: skip
    for text in wrong:
        answer = await clerk.post("/desk/vouchers/inspect", {"token": text})
        assert (answer.status, answer.code) == (422, "voucher_invalid"), text[:60]


async def test_another_office_s_voucher_is_not_found_by_token_and_by_code(country: Country) -> None:
    office, other = await country.office(), await country.own_office()
    selection = await reserve_plate(country, office)
    for text in (await token_of(selection), short_code_of(country, selection)):
        answer = await clerk_of(country, other).post("/desk/vouchers/inspect", {"token": text})
        assert (answer.status, answer.code) == (404, "not_found")
        assert (answer.body["office_code"], answer.body["office"]) == (office.code, office.name)
        assert office.name in answer.body["detail"]


async def test_looking_a_voucher_up_is_audited(country: Country) -> None:
    office = await country.office()
    selection, clerk = await reserve_plate(country, office), clerk_of(country, office)
    (await clerk.post("/desk/vouchers/inspect", {"token": short_code_of(country, selection)})).ok()
    now = system_clock()
    entries = await country.stack.repositories.audit_trail.between(
        now - timedelta(minutes=5), now + timedelta(minutes=5), action="inspect_voucher",
        preselection_id=UUID(selection.id),
    )  # fmt: skip
    assert [entry.actor for entry in entries] == [country.stack.repositories.hashes.owner(clerk.claims["sub"]).hex()]
