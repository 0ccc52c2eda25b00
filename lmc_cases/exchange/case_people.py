"""Persons, organisations and accounts of a CASE/UCO graph."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from lmc_cases.core.partial_dates import parse_birth_date
from lmc_cases.exchange import person_words
from lmc_cases.exchange.case_graph import Literal, Node
from lmc_cases.exchange.case_records import Account, DocumentClaim, Organization, Person, PersonName
from lmc_cases.exchange.case_view import View

_ROLES: Final = {
    "case-investigation:Subject": "SUBJECT",
    "case-investigation:Investigator": "INVESTIGATOR",
    "case-investigation:Examiner": "EXAMINER",
    "case-investigation:Attorney": "ATTORNEY",
    "uco-victim:Victim": "VICTIM",
    "uco-victim:VictimTargeting": "VICTIM",
}
# Whose names stand family first in Latin letters too.
_FAMILY_FIRST_COUNTRIES: Final = frozenset({"CN", "HK", "MO", "TW", "KH", "VN", "KR", "KP", "JP"})
_FAMILY_FIRST: Final = re.compile("[\u1780-\u17ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BANK: Final = re.compile(r"bank|\biban\b|saving|current account", re.IGNORECASE)
_WALLET: Final = re.compile(r"wallet|crypto|bitcoin|ethereum|\btron\b|usdt|blockchain", re.IGNORECASE)
_ACCOUNT_KINDS: Final = (
    ("EMAIL", {"uco-observable:EmailAccount", "uco-observable:EmailAccountFacet"}),
    ("PHONE", {"uco-observable:PhoneAccount", "uco-observable:PhoneAccountFacet"}),
    ("PHONE", {"uco-observable:MobileAccount", "uco-observable:MobileAccountFacet"}),
    ("APPLICATION", {"uco-observable:ApplicationAccount", "uco-observable:ApplicationAccountFacet"}),
)


def role_of(node: Node) -> str:
    """Return the code of the role a node stands for, or "" when it is not a role."""
    return next((_ROLES[name] for name in node.types if name in _ROLES), "")


def read_organization(view: View, node: Node) -> Organization:
    """Read an organisation."""
    return Organization(**view.basics(node))


def read_person(view: View, node: Node) -> Person:
    """Read a person, or a role that stands for one. Links to roles, accounts and devices are set later."""
    basics = view.basics(node)
    personal = view.facets(node, "uco-identity:PersonalDetailsFacet", "uco-identity:PhysicalInfoFacet")
    standing = view.facets(node, "lmc:CaseRoleFacet")
    born = view.facets(node, "uco-identity:BirthInformationFacet")
    stated = view.facet_text(born, "uco-identity:birthdate")
    birth_written = view.facet_text(born, "lmc:birthDateAsWritten") or stated
    birth_date = parse_birth_date(birth_written) if birth_written else None
    if birth_date is not None and (
        birth_date.precision == "UNKNOWN" or (stated and parse_birth_date(stated).year != birth_date.year)
    ):
        view.problem(node, "BIRTH_DATE", f"{birth_written} {stated}")
    country = view.local_text(
        view.facets(node, "uco-identity:NationalityFacet"), "nationality", "country", "countryCode"
    )
    word = _Words(view, node)
    nationality = word.code(person_words.country_code, country)
    return Person(
        **basics,
        names=_names(view, node, basics["name"], family_first=nationality in _FAMILY_FIRST_COUNTRIES),
        aliases=tuple(a for f in view.facets(node, "lmc:AliasFacet") for a in view.texts(f, "lmc:alias")),
        sex=word.code(person_words.sex_code, view.local_text(personal, "sex", "gender")),
        birth_date_written=birth_written,
        birth_date=birth_date,
        nationality_written=country,
        nationality=nationality,
        documents=_documents(view, node),
        roles=(role,) if (role := role_of(node)) else (),
        role_in_group=word.code(person_words.role_code, view.local_text(standing, "roleInGroup")),
        category=word.code(person_words.category_code, view.local_text(standing, "category")),
    )


class _Words:
    def __init__(self, view: View, node: Node) -> None:
        self.view = view
        self.node = node

    def code(self, read: Callable[[str], str | None], written: str) -> str:
        code = read(written) if written else ""
        if code is None:
            self.view.problem(self.node, "UNKNOWN_WORD", written)
        return code or ""


def _names(view: View, node: Node, plain: str, *, family_first: bool) -> tuple[PersonName, ...]:
    names = []
    for facet in view.facets(node, "uco-identity:SimpleNameFacet"):
        language = next(
            (
                v.language
                for v in facet.properties.get("uco-identity:familyName", [])
                if isinstance(v, Literal)
            ),
            "",
        )
        given, family, prefix, suffix = (
            " ".join(view.texts(facet, f"uco-identity:{part}"))
            for part in ("givenName", "familyName", "honorificPrefix", "honorificSuffix")
        )
        full = view.text(facet, "uco-core:name") or full_name(
            given, family, prefix, suffix, family_first=family_first
        )
        if full:
            names.append(PersonName(full, given, family, language))
    if plain and plain not in {name.full for name in names}:
        names.append(PersonName(plain))
    return tuple(names)


def full_name(
    given: str, family: str, prefix: str = "", suffix: str = "", *, family_first: bool = False
) -> str:
    """Join a name's parts: family first in Chinese and Khmer letters, or where asked; else given first."""
    family_first = family_first or bool(_FAMILY_FIRST.search(family or given))
    parts = [family, given] if family_first else [given, family]
    joiner = "" if _HAN.search(family or given) else " "
    return " ".join(filter(None, [prefix, joiner.join(filter(None, parts)), suffix]))


def _documents(view: View, node: Node) -> tuple[DocumentClaim, ...]:
    claims = []
    for facet in view.facets(
        node, "lmc:IdentityDocumentFacet", "uco-identity:IdentifierFacet", "uco-identity:VisaFacet"
    ):
        number = view.local_text([facet], "documentNumber", "identifier", "identifierValue", "number")
        kind = view.local_text([facet], "documentKind", "identifierType", "documentType", "kind")
        country = view.local_text([facet], "issuingCountry", "country", "countryCode")
        status = view.local_text([facet], "documentStatus")
        if number:
            claims.append(
                DocumentClaim(
                    kind_written=kind,
                    number=number,
                    country_written=country,
                    status_written=status,
                    kind=person_words.document_kind_code(kind),
                    country=person_words.country_code(country) if country else None,
                    status=person_words.document_status_code(status),
                )
            )
        else:
            view.problem(node, "UNKNOWN_WORD", kind or "IdentifierFacet")
    return tuple(claims)


def read_account(view: View, node: Node) -> Account:
    """Read an account of any kind."""
    basics = view.basics(node)
    plain = view.facets(node, "uco-observable:AccountFacet")
    digital = view.facets(node, "uco-observable:DigitalAccountFacet")
    phone = view.facets(node, "uco-observable:PhoneAccountFacet", "uco-observable:MobileAccountFacet")
    in_app = view.facets(node, "uco-observable:ApplicationAccountFacet")
    extra = view.facets(node, "lmc:BankAccountFacet", "lmc:WalletFacet")
    holder = view.facets(node, "uco-identity:SimpleNameFacet")
    born = view.facets(node, "uco-identity:BirthInformationFacet")
    account_type = view.facet_text(plain, "uco-observable:accountType")
    number = view.facet_text(phone, "uco-observable:phoneNumber") or view.facet_text(
        phone, "uco-observable:MSISDN"
    )
    email = _email(view, node)
    details = {
        "type": account_type,
        "imsi": view.facet_text(phone, "uco-observable:IMSI"),
        "currency": view.facet_text(extra, "lmc:currency"),
        "network": view.facet_text(extra, "lmc:network"),
        "branch": view.facet_text(extra, "lmc:branch"),
        "opened": view.facet_text(plain, "uco-observable:observableCreatedTime"),
        "first login": view.facet_text(digital, "uco-observable:firstLoginTime"),
        "last login": view.facet_text(digital, "uco-observable:lastLoginTime"),
        "active": view.facet_text(plain, "uco-observable:isActive"),
    }
    registered = " ".join(
        filter(None, (view.facet_text(holder, f"uco-identity:{part}Name") for part in ("given", "family")))
    )
    issuers = [view.label(i) for f in plain for i in view.refs(f, "uco-observable:accountIssuer")]
    apps = [view.label(i) for f in in_app for i in view.refs(f, "uco-observable:application")]
    owners = [i for f in plain for i in view.refs(f, "uco-observable:owner")]
    identifier = view.facet_text(plain, "uco-observable:accountIdentifier")
    return Account(
        **basics,
        kind=_account_kind(view, node, f"{account_type} {' '.join(node.types)}"),
        identifier=identifier or number or email,
        display_name=view.facet_text(digital, "uco-observable:displayName"),
        issuer=next(filter(None, issuers), ""),
        application=next(filter(None, apps), ""),
        logins=tuple(t for f in digital for t in view.texts(f, "uco-observable:accountLogin")),
        registered_name=view.facet_text(extra, "lmc:accountHolderName") or registered,
        registered_birth_date=view.facet_text(born, "uco-identity:birthdate"),
        details={name: value for name, value in details.items() if value},
        owner_ids=tuple(dict.fromkeys(owners)),
    )


def _account_kind(view: View, node: Node, words: str) -> str:
    facet_types = {name for f in view.nodes(node, "uco-core:hasFacet") for name in f.types}
    types = facet_types | set(node.types)
    if "lmc:BankAccountFacet" in types or _BANK.search(words):
        return "BANK"
    if "lmc:WalletFacet" in types or _WALLET.search(words):
        return "WALLET"
    return next((kind for kind, names in _ACCOUNT_KINDS if types & names), "OTHER")


def _email(view: View, node: Node) -> str:
    found = ""
    for facet in view.facets(node, "uco-observable:EmailAccountFacet"):
        for address in view.nodes(facet, "uco-observable:emailAddress"):
            view.basics(address)
            inner = view.facets(
                address, "uco-observable:EmailAddressFacet", "uco-observable:DigitalAddressFacet"
            )
            view.facet_text(inner, "uco-observable:displayName")
            found = found or view.facet_text(inner, "uco-observable:addressValue")
    return found
