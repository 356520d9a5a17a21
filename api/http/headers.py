"""Security headers of every response: of the API, the pages and the server.

A page sets its own content policy; every other response may load nothing, may not be framed, and can't be read by
pages of other origins.
"""

REQUEST_ID = "x-request-id"

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}

STRICT_TRANSPORT = "strict-transport-security"
"""Browsers ignore it without TLS, for example on the port behind a proxy."""


def security_headers(strict_transport: str | None) -> dict[str, str]:
    """`strict_transport`: what limits browsers to TLS; None in the demo, which has none."""
    return SECURITY_HEADERS | ({STRICT_TRANSPORT: strict_transport} if strict_transport else {})
