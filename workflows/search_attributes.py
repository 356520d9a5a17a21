"""What operators can list and filter running vehicles by. Search attributes are never encrypted: no personal value."""

from temporalio.common import SearchAttributeKey

STAGE = SearchAttributeKey.for_keyword("Stage")
OFFICE = SearchAttributeKey.for_keyword("Office")
DEADLINE = SearchAttributeKey.for_datetime("Deadline")
