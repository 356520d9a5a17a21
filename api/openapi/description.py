"""What the published document says about itself: description, contact, licence, server and areas."""

from typing import Any

DESCRIPTION = (
    "Preselection of number plates for second-hand cars (选号). Calls need a token of the identity provider, unless "
    "they say otherwise. `HEAD` answers wherever `GET` does. Refusals are problems of RFC 9457 with a stable `code`."
)
CONTACT = {"name": "The operators of this installation"}
LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
# The document is served beside the API, so its paths start at the root of the same origin.
SERVERS = [{"url": "/", "description": "The service that published this document."}]
AREAS = {
    "applicants": "Entries, codes and new preselections of a signed-in applicant.",
    "preselections": "One preselection: its view, its steps, its stream of events and its documents.",
    "plates": "The numbers: keyboard, compositions, draws, candidates and the confirmation.",
    "practice": "The second phase with play numbers, without a token and without a trace.",
    "offices": "Vehicle offices, their notices and released segments.",
    "desk": "What a clerk does at the counter of an office.",
    "operations": "What operators do: bans, segments, withheld numbers, calendar, deadlines and searches.",
    "audit": "What auditors read. They change nothing.",
    "fairness": "Verifiable draws: commitments before each day, secrets and logs after it. No token is needed.",
    "gateways": "What gateways report: delivery receipts of SMS, signed by the SMS gateway.",
    "health": "Whether the process is up and ready.",
    "demo": "Demo mode only: users, their cars and their phones.",
}


def describe(document: dict[str, Any]) -> None:
    """Add them to the document. An area without a description here is an error."""
    document["info"] |= {"description": DESCRIPTION, "contact": CONTACT, "license": LICENCE}
    document["servers"] = SERVERS
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    used = dict.fromkeys(tag for operation in operations for tag in operation["tags"])
    document["tags"] = [{"name": name, "description": AREAS[name]} for name in sorted(used, key=list(AREAS).index)]
