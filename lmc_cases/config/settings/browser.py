"""What a browser is told about every answer: what may load, who may embed, what may be kept.

``core.middleware.BrowserRulesMiddleware`` sends what Django and django-csp do not. Behind TLS the cookies get names
that no other host and no page without TLS can set (``HOST_COOKIES``).
"""

from __future__ import annotations

from typing import Final

from csp.constants import NONE, SELF

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Tabler's CSS and the authenticator's QR code are data images.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Nothing to any other site. Not "no-referrer": a browser then sends "Origin: null" with each form, which the check
# against forged requests must refuse (docs/decisions/0026-no-referrer.md).
SECURE_REFERRER_POLICY = "same-origin"

_NOT_NEEDED: Final = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
# Sent with every answer that has not set its own; a page that needs the camera says so itself.
BROWSER_RULES: dict[str, str] = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _NOT_NEEDED),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": X_FRAME_OPTIONS,
    "Cache-Control": "private, no-store",
}
# A file is no page: should a browser show it all the same, nothing in it runs, loads or is framed.
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
# Fonts and scripts are for this origin's own pages; WhiteNoise would open them to every site.
WHITENOISE_ALLOW_ALL_ORIGINS = False
# The address after whose POST the browser drops what it kept of this site.
SIGN_OUT_ADDRESS = "account_logout"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Pages carry the token in their forms; no script reads the cookie.
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
# Django's default would put the text of a message into a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# __Host-: only from this very host, only over TLS, for all its paths; no neighbouring host can plant one.
HOST_COOKIES: dict[str, str] = {
    "SESSION_COOKIE_NAME": "__Host-session",
    "CSRF_COOKIE_NAME": "__Host-csrf",
    "LANGUAGE_COOKIE_NAME": "__Host-language",
}
