"""Finding numbers by wanted, from the keyboard's snapshot."""

from tests.support.country import Country


async def test_filters_are_answered_from_the_snapshot_so_many_times_a_session(country: Country) -> None:
    office = await country.office("A88!!", suggestions_per_session="4")
    buyer = country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    path, prefix = f"{selection.path}/suggestions", office.prefixes[0]

    async def found(**wanted: str) -> list[str]:
        answer = (await buyer.get(path, params={"prefix": prefix, **wanted})).ok()
        assert answer["as_of"].endswith("Z")
        assert answer["more"] is (len(answer["items"]) == 20)
        return list(answer["items"])

    early = await buyer.get(path, params={"prefix": prefix})
    assert (early.code, early.body["stage"]) == ("wrong_stage", "service_notes")
    await selection.verify()
    for malformed in ({"kind": "x"}, {"template": "A!"}, {"contains": "１"}, {"prefix": "京A"}, {"wanted": "1"}):
        assert (await buyer.get(path, params={"prefix": prefix, **malformed})).code == "validation_failed"
    assert len(set(await found())) == 20
    assert await found(template="a88?9", ends_with="79") == [f"{prefix}A8879"]
    offered = (await selection.post("draws", {})).ok()["batch"]["numbers"]
    one = offered[0][2:]
    assert await found(template=one) == [offered[0]], "what is merely offered is not left out"
    assert await found(contains="I", kind="", exclude_four="true") == []
    limited = await buyer.get(path, params={"prefix": prefix})
    assert (limited.status, limited.code) == (429, "rate_limited")
    assert limited.body["retry_at"] == (await selection.view())["session_until"]
    (await buyer.post("/entries", {})).ok()
    await selection.verify()
    assert await found(kind="triple", exclude_four="true"), "a new session has its own searches"
