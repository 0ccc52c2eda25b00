"""Sign-in providers of the countries, read from one JSON list in the environment (``LMC_OIDC_PROVIDERS``)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured

NAME = re.compile(r"[a-z0-9-]{2,40}")
REQUIRED = ("id", "country", "name", "server_url", "client_id", "secret")
OPTIONAL = ("scope", "acr_values", "second_factor_acr", "second_factor_amr")


@dataclass(frozen=True)
class Provider:
    """One provider, bound to one country.

    Attributes:
        country: code of the country whose officers it signs in; nobody else's.
        server_url: address of the issuer, or of its discovery document.
        acr_values: what is asked of the provider; ``""`` asks for nothing.
        second_factor_acr, second_factor_amr: values of the signed claims ``acr`` and ``amr`` by which this provider
            asserts that it asked for a second factor. Empty: it asserts none, ours is asked.
    """

    id: str
    country: str
    name: str
    server_url: str
    client_id: str
    secret: str
    scope: tuple[str, ...] = ("openid", "profile", "email")
    acr_values: str = ""
    second_factor_acr: frozenset[str] = field(default_factory=frozenset)
    second_factor_amr: frozenset[str] = field(default_factory=frozenset)

    def as_app(self) -> dict[str, Any]:
        """Return the provider as the sign-in library wants it."""
        asked = {"acr_values": self.acr_values} if self.acr_values else {}
        return {
            "provider_id": self.id,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {"server_url": self.server_url, "scope": list(self.scope), "auth_params": asked},
        }

    def asserts_second_factor(self, claims: dict[str, Any]) -> bool:
        """Whether the signed claims of an ID token say that a second factor was asked."""
        methods = claims.get("amr")
        named = set(methods) if isinstance(methods, list) else set()
        return claims.get("acr") in self.second_factor_acr or bool(named & self.second_factor_amr)


def read_providers(text: str) -> dict[str, Provider]:
    """Return the providers by id.

    Raises:
        ImproperlyConfigured: which entry and which member cannot be used.
    """
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"LMC_OIDC_PROVIDERS is not JSON: {error}") from None
    if not isinstance(rows, list):
        raise ImproperlyConfigured("LMC_OIDC_PROVIDERS is a list of objects.")
    found: dict[str, Provider] = {}
    for number, row in enumerate(rows, start=1):
        provider = _provider(row, f"LMC_OIDC_PROVIDERS, entry {number}")
        if provider.id in found:
            raise ImproperlyConfigured(f"LMC_OIDC_PROVIDERS names {provider.id} twice.")
        found[provider.id] = provider
    return found


def _provider(row: Any, place: str) -> Provider:
    if not isinstance(row, dict):
        raise ImproperlyConfigured(f"{place}: not an object.")
    unknown = sorted(set(row) - {*REQUIRED, *OPTIONAL})
    if unknown:
        raise ImproperlyConfigured(f"{place}: unknown member {unknown[0]}.")
    for name in REQUIRED:
        if not isinstance(row.get(name), str) or not row[name]:
            raise ImproperlyConfigured(f"{place}: {name} is missing.")
    if not NAME.fullmatch(row["id"]):
        raise ImproperlyConfigured(f"{place}: id holds lower-case letters, digits and hyphens only.")
    if not row["server_url"].startswith(("https://", "http://localhost:")):
        raise ImproperlyConfigured(f"{place}: server_url begins with https://.")
    lists = {name: row.get(name, []) for name in ("scope", "second_factor_acr", "second_factor_amr")}
    for name, value in lists.items():
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ImproperlyConfigured(f"{place}: {name} is a list of texts.")
    return Provider(
        **{name: row[name] for name in REQUIRED},
        scope=tuple(lists["scope"]) or Provider.scope,
        acr_values=str(row.get("acr_values", "")),
        second_factor_acr=frozenset(lists["second_factor_acr"]),
        second_factor_amr=frozenset(lists["second_factor_amr"]),
    )
