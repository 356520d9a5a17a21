"""TLS towards a gateway that demands a certificate of its clients, or has one of a private authority."""

import ssl
from pathlib import Path


def client_tls(authority: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """The context for these PEM files; None without any. Raises `ValueError`, whose text names no path."""
    if not (authority or certificate or key):
        return None
    if bool(certificate) != bool(key):
        raise ValueError("a certificate and its key belong together")
    # With it come a command line and its colours, a tenth of the start of a command that needs no gateway.
    import httpx  # noqa: PLC0415

    try:
        context = ssl.create_default_context(cafile=authority) if authority else httpx.create_ssl_context()
        if certificate:
            context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError):
        raise ValueError("a file of the registry's certificates can't be read") from None
    return context
