"""What every answer of the staff's door says to the browser about itself."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Response

from core.config import Settings

_NOTHING = "default-src 'none'; frame-ancestors 'none'"


def policy(settings: Settings, *, nonce: str) -> str:
    """The Content-Security-Policy: scripts and styles of our own files only, and whoever shows the stream."""
    stream = urlsplit(settings.stream_url)
    connect = f"'self' {stream.scheme}://{stream.netloc}" if stream.netloc else "'self'"
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "media-src 'self' blob:",
            f"connect-src {connect}",
            "worker-src 'self' blob:",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
        )
    )


def guard(response: Response, settings: Settings, *, nonce: str) -> Response:
    """Add the headers. Pages hold personal data: nothing but this browser may keep them, and it asks again."""
    headers = response.headers
    if response.status_code == HTTPStatus.NOT_MODIFIED:  # of what the browser has, which came with all of these
        headers["Cache-Control"] = "private, no-store"
        return response
    if response.mimetype == "application/json":  # asked for again and again, and never a page: it may do nothing at all
        headers.setdefault("Content-Security-Policy", _NOTHING)
    else:
        headers.setdefault("Content-Security-Policy", policy(settings, nonce=nonce))
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), payment=(), microphone=(self)")
        headers.add("Vary", "HX-Request, HX-Request-Type, Cookie")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Cache-Control", "private, no-store")
    if settings.public_url.startswith("https://"):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
