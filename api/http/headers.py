"""What every answer says to browsers, whoever made it: the API, a page, or the server itself.

A page says for itself what it may load; everything else may load nothing, be framed by nobody and be read by nobody
else's page.
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

# Browsers take no notice of it where there is no TLS, such as on the port itself behind a proxy.
TLS_ONLY = {"strict-transport-security": "max-age=31536000"}
