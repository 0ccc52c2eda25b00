"""A plain HTTP client that signs in as an officer would: password, then the authenticator's code."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from lmc_cases.accounts.models import User
from lmc_cases.config.demo import second_factor
from lmc_cases.config.demo.authenticator import code_of
from lmc_cases.config.demo.world import PASSWORD

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class SignInFailed(Exception):
    """The product did not let the demo's officer in."""


class Officer:
    """An officer's session with the running product."""

    def __init__(self, base_url: str, user: User) -> None:
        self.base_url = base_url
        self.user = user
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> tuple[int, str]:
        """Return status and text of a page."""
        return self._ask(urllib.request.Request(self.base_url + path))  # noqa: S310 - the launcher's own address

    def post(self, path: str, page: str, **fields: str) -> tuple[int, str]:
        """Send the form found on ``page``."""
        found = TOKEN.search(page)
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": found.group(1) if found else ""})
        headers = {"Referer": self.base_url + path, "Content-Type": "application/x-www-form-urlencoded"}
        asked = urllib.request.Request(self.base_url + path, body.encode(), headers)  # noqa: S310 - as above
        return self._ask(asked)

    def sign_in(self) -> None:
        """Sign in with password and second factor.

        Raises:
            SignInFailed: the first page was not reached.
        """
        _status, page = self.get("/sign-in/login/")
        _status, page = self.post("/sign-in/login/", page, login=self.user.email, password=PASSWORD)
        code = code_of(second_factor.ensure(self.user))
        self.post("/sign-in/2fa/authenticate/", page, code=code)
        status, page = self.get("/cases/")
        if status != 200 or "/sign-in/logout/" not in page:
            raise SignInFailed(self.user.email)

    def _ask(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")
