"""An SMS for tests of the gateways."""

from datetime import UTC, datetime

from domain.sms import Sms

MESSAGE = Sms(
    phone="13800138000",
    text="【选号】验证码123456",
    purpose="confirm_information",
    idempotency_key="k-1",
    at=datetime(2026, 11, 23, tzinfo=UTC),
    code="123456",
)
