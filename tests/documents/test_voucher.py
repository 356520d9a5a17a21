"""The voucher, read back from the PDF with other libraries than those that wrote it."""

import logging
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any

import pypdfium2
import pytest
import structlog
import zxingcpp
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from documents.page_request import PageRequest
from documents.voucher import render_voucher
from documents.voucher_facts import VoucherFacts, VoucherProof
from documents.voucher_token import VoucherClaims, VoucherSigner, VoucherVerifier
from domain.coordinates import Coordinates
from domain.plates import PROVINCES

ROOT = Path(__file__).parent.parent.parent
CREATED_AT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
PLATE_BLUE = (20, 62, 160)


def render(facts: VoucherFacts, proof: VoucherProof) -> bytes:
    return render_voucher(facts, proof, created_at=CREATED_AT)


def text_of(pdf: bytes) -> str:
    return PdfReader(BytesIO(pdf)).pages[0].extract_text()


def picture_of(pdf: bytes, *, dots_per_inch: int) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    picture: Image.Image = page.render(scale=dots_per_inch / 72).to_pil()
    page.close()
    document.close()
    return picture


@pytest.mark.parametrize(
    "expected",
    [
        "预选号牌凭证", "粤BA1234", "张*", "L************7371", "********5678", "2026-11-26（星期四）",
        "请于2026年11月26日（含）前", "深圳市公安局交通警察局车辆管理所", "深圳市南山区龙珠四路2号",
        "工作日 9:00–12:00", "二手车销售统一发票", "黑名单", "生成时间 2026-11-23 10:10（北京时间）",
    ],
)  # fmt: skip
@pytest.mark.requirement("R-42")
def test_the_text_can_be_extracted(facts: VoucherFacts, proof: VoucherProof, expected: str) -> None:
    assert expected in text_of(render(facts, proof))


def test_the_coordinates_of_an_office_that_has_them_stand_below_its_hours(
    facts: VoucherFacts, proof: VoucherProof
) -> None:
    assert "坐标" not in text_of(render(facts, proof))
    located = replace(facts, coordinates=Coordinates(22.5431, 114.0579))
    text = text_of(render(located, proof))
    assert text.index("办公时间") < text.index("22.5431, 114.0579（WGS 84）") < text.index("办理时请携带")
    read = PageRequest.from_json(PageRequest(located, proof, CREATED_AT).to_json())
    assert read.facts == located


def test_the_short_code_stands_below_the_qr_code(facts: VoucherFacts, proof: VoucherProof) -> None:
    assert re.search(rf"或输入凭证代码\s*{proof.short_code}", text_of(render(facts, proof)))


def test_two_libraries_read_the_same_text(facts: VoucherFacts, proof: VoucherProof) -> None:
    pdf = render(facts, proof)
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    text = page.get_textpage().get_text_range()
    page.close()
    document.close()
    assert all(word in text for word in (facts.plate, "7371", "2026-11-26", facts.office_name))


@pytest.mark.parametrize("dots_per_inch", [110, 200, 300])
def test_the_qr_code_on_the_page_holds_the_bare_token(
    facts: VoucherFacts, proof: VoucherProof, signer: VoucherSigner, claims: VoucherClaims, dots_per_inch: int
) -> None:
    read = zxingcpp.read_barcodes(picture_of(render(facts, proof), dots_per_inch=dots_per_inch))
    assert [code.text for code in read] == [proof.token]
    verifier = VoucherVerifier([signer.public_key])
    assert verifier.verify(read[0].text, now=CREATED_AT) == claims


def test_the_qr_code_is_read_from_a_turned_and_blurred_photograph(facts: VoucherFacts, proof: VoucherProof) -> None:
    picture = picture_of(render(facts, proof), dots_per_inch=220).convert("L")
    photograph = picture.rotate(7, expand=True, fillcolor=200).reduce(2).resize(picture.size)
    assert [code.text for code in zxingcpp.read_barcodes(photograph)] == [proof.token]


@pytest.mark.parametrize("field", ["holder", "vin", "certificate_number"])
def test_an_unmasked_value_is_refused(facts: VoucherFacts, field: str) -> None:
    values: dict[str, Any] = asdict(facts) | {field: "LSVAA49J132047371"}
    with pytest.raises(ValueError, match=field):
        VoucherFacts(**values)


@pytest.mark.requirement("R-42")
def test_it_is_one_small_a4_page(facts: VoucherFacts, proof: VoucherProof) -> None:
    pdf = render(facts, proof)
    reader = PdfReader(BytesIO(pdf))
    assert len(reader.pages) == 1
    assert [round(float(side) * 25.4 / 72) for side in reader.pages[0].mediabox[2:]] == [210, 297]
    assert len(pdf) < 100_000


def test_its_font_is_embedded(facts: VoucherFacts, proof: VoucherProof) -> None:
    resources = PdfReader(BytesIO(render(facts, proof))).pages[0]["/Resources"]
    assert isinstance(resources, DictionaryObject)
    fonts = resources["/Font"]
    assert isinstance(fonts, DictionaryObject)
    descriptors = [font.get_object()["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts.values()]
    assert descriptors
    assert all("/FontFile2" in descriptor for descriptor in descriptors)


def test_the_same_facts_make_the_same_bytes_in_another_process_at_another_time(
    facts: VoucherFacts, proof: VoucherProof
) -> None:
    program = (
        "import pickle, sys; from documents.voucher import render_voucher;"
        "facts, proof, at = pickle.load(sys.stdin.buffer);"
        "sys.stdout.buffer.write(render_voucher(facts, proof, created_at=at))"
    )
    other = subprocess.run(
        [sys.executable, "-c", program],
        input=pickle.dumps((facts, proof, CREATED_AT)),
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "1000000000"},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert other.stdout == render(facts, proof)


@pytest.mark.slow
def test_vouchers_can_be_made_in_threads(facts: VoucherFacts, proof: VoucherProof) -> None:
    wanted = [replace(facts, plate=f"粤B1234{digit}") for digit in range(4)]
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda each: render(each, proof), wanted))
    assert made == [render(each, proof) for each in wanted]


def test_the_plate_is_drawn_blue_with_white_characters(facts: VoucherFacts, proof: VoucherProof) -> None:
    picture = picture_of(render(facts, proof), dots_per_inch=100)
    # The plate is 49 mm from the left and 37 mm from the top, and 112 mm wide.
    left, top, right, bottom = (round(millimetres * 100 / 25.4) for millimetres in (51, 39, 159, 70))
    found = picture.crop((left, top, right, bottom)).getcolors(maxcolors=100_000)
    assert found
    colours = {colour: count for count, colour in found}
    area = (right - left) * (bottom - top)
    assert 0.4 < colours[PLATE_BLUE] / area < 0.8
    assert 0.1 < colours[255, 255, 255] / area < 0.5


@pytest.mark.parametrize("province", PROVINCES)
def test_a_plate_of_every_province_can_be_printed(facts: VoucherFacts, proof: VoucherProof, province: str) -> None:
    assert f"{province}A00000" in text_of(render(replace(facts, plate=f"{province}A00000"), proof))


@pytest.mark.parametrize("holder", ["𠮷*", "\ue000*", "😀**", "\u200b*"])
def test_a_character_that_the_font_lacks_is_replaced_and_reported_but_not_named(
    facts: VoucherFacts, proof: VoucherProof, holder: str
) -> None:
    with structlog.testing.capture_logs() as lines:
        pdf = render(replace(facts, holder=holder), proof)
    assert f"〓{holder[1:]}" in text_of(pdf)
    assert lines == [
        {
            "event": "voucher.characters_lacking",
            "log_level": "warning",
            "preselection_id": str(facts.preselection_id),
            "field": "holder",
        }
    ]


def test_no_library_logs_what_a_voucher_shows(
    facts: VoucherFacts, proof: VoucherProof, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        render(facts, proof)
    shown = [record.getMessage() for record in caplog.records if record.name.startswith(("fontTools", "fpdf"))]
    assert shown == []


def test_long_names_and_addresses_stay_off_the_foot_of_the_page(facts: VoucherFacts, proof: VoucherProof) -> None:
    long = replace(
        facts,
        office_name="黔西南布依族苗族自治州车辆管理所" * 2,
        office_address="峡谷路与瑞金大道交叉口" * 6,
        coordinates=Coordinates(25.092312, 104.906412),
    )
    heights: dict[str, float] = {}

    def note(text: str, _cm: object, place: Sequence[float], *_: object) -> None:
        heights.setdefault(text.strip()[:4], place[5])

    PdfReader(BytesIO(render(long, proof))).pages[0].extract_text(visitor_text=note)
    # In points: a line of the notes needs 15, and the rule lies 10 above the foot's text.
    assert heights["生成时间"] + 15 < heights["4. 二"]


def test_a_voucher_costs_well_under_300_ms(facts: VoucherFacts, proof: VoucherProof) -> None:
    """Measured as CPU time of this thread: other processes, and threads that earlier tests left, don't count."""

    def cost() -> float:
        began = thread_time()
        render(facts, proof)
        return thread_time() - began

    assert median(cost() for _ in range(3)) < 0.3
