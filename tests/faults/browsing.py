"""An officer's browser in a few lines: cookies, forms, files; redirects are answers, not followed."""

from __future__ import annotations

import http.cookiejar
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import Any
from urllib.parse import urlencode

from tests.factories import PASSWORD

LOGIN = "/sign-in/login/"


class NotAnswered(Exception):
    """The server went away before it had answered: nobody was told that anything is done."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    text: str


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Browser:
    """One officer at one web process; not for several threads at once."""

    def __init__(self, url: str, *, patience_seconds: float = 30) -> None:
        self.url = url
        self.patience_seconds = patience_seconds
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            _Stay, urllib.request.HTTPCookieProcessor(self.cookies), urllib.request.ProxyHandler({})
        )

    def sign_in(self, email: str, password: str = PASSWORD) -> Answer:
        self.get(LOGIN)
        return self.post(LOGIN, {"login": email, "password": password})

    def get(self, path: str) -> Answer:
        return self._send(urllib.request.Request(self.url + path))

    def post(
        self, path: str, fields: dict[str, Any], files: dict[str, tuple[str, bytes]] | None = None
    ) -> Answer:
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), "") or ""
        fields = {**fields, "csrfmiddlewaretoken": token}
        if files:
            body, kind = _multipart(fields, files)
        else:
            body, kind = urlencode(fields, doseq=True).encode(), "application/x-www-form-urlencoded"
        return self._send(urllib.request.Request(self.url + path, body, {"Content-Type": kind}))

    def _send(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=self.patience_seconds) as response:
                return Answer(response.status, response.headers, response.read().decode())
        except urllib.error.HTTPError as error:
            try:
                return Answer(error.code, error.headers, error.read().decode())
            except (OSError, HTTPException) as broken:
                raise NotAnswered from broken
        except (OSError, HTTPException) as error:
            raise NotAnswered from error


def _multipart(fields: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    parts = []
    for name, value in fields.items():
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        )
    for name, (file_name, content) in files.items():
        head = (
            f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"\r\nContent-Type: text/csv'
        )
        parts.append(f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
