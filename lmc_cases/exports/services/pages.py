"""The page of a list, asked for its sheet: the one way a worker reads what it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import gettext as _

from lmc_cases.core.errors import DomainError, NotAllowed, ReasonRequired
from lmc_cases.core.list_export import ExportedList, Sheet, SheetAnswer, sheets_up_to
from lmc_cases.jurisdictions.access import audiences_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.exports.models import ListExport


class PageClosed(Exception):
    """The page does not exist for the officer, or gives no file any more."""


def sheet_of(officer: User, export: ListExport, *, most: int) -> Sheet:
    """Ask the page for its sheet, as the officer: its rule, its ledger and its audit are the page's own.

    Call it for the officer's audiences, in the transaction in which the sheet is used up.

    Args:
        most: how many rows it may hold.

    Raises:
        PageClosed: foreign, missing, moved, and a right that is gone, alike.
        ReasonRequired: the page asks why a case of another country is read, and nobody has said so today.
        TooManyRows, DomainError: as the page refuses.
    """
    try:
        match = resolve(export.path)
        if not issubclass(_class_of(match), ExportedList):
            raise PageClosed
        with sheets_up_to(most):
            answer = match.func(_request(officer, export, match), *match.args, **match.kwargs)
    except (Http404, ObjectDoesNotExist, PermissionDenied, NotAllowed):
        raise PageClosed from None
    if not isinstance(answer, SheetAnswer):
        # Led somewhere else: what stands there is another page.
        raise PageClosed
    return answer.sheet


def is_open(officer: User, export: ListExport) -> bool:
    """Whether the list still exists for the officer; nothing that the page notes on the way stays.

    A list of many cases stays open to who lost a role or a clearance, but not the rows that these had opened.

    Raises:
        ReasonRequired: as the page asks.
    """
    if not set(export.audiences) <= set(audiences_of(officer)):
        return False
    try:
        with transaction.atomic():
            # One row and no more: whether there are others is of no interest.
            sheet_of(officer, export, most=1)
            transaction.set_rollback(True)
    except PageClosed:
        return False
    except ReasonRequired:
        raise
    except DomainError:
        # It refuses by what the list holds now; that has nothing to do with the right to it.
        return True
    return True


def title_of(path: str) -> str:
    """Return what the list at an address is called, in the reader's language."""
    try:
        found = _class_of(resolve(path))
    except Resolver404:
        found = object
    return str(found.list_title) if issubclass(found, ExportedList) else _("List")


def _class_of(match: ResolverMatch) -> type[Any]:
    found: type[Any] = getattr(match.func, "view_class", object)
    return found


def _request(officer: User, export: ListExport, match: ResolverMatch) -> HttpRequest:
    """Return what the officer's browser sent when it asked, as far as a page reads it."""
    request = HttpRequest()
    request.method = "POST"
    request.path = request.path_info = export.path
    request.META = {"REQUEST_METHOD": "POST", "PATH_INFO": export.path, "QUERY_STRING": export.query}
    request.GET = QueryDict(export.query)
    request.POST = QueryDict(f"format={export.format}")
    request.user = officer
    request.LANGUAGE_CODE = officer.language
    request.resolver_match = match
    return request
