"""Lists as files: the one way every list of the product leaves as a table for a spreadsheet program.

The page of a list has a second answer. GET draws a slice of it; POST with a ``format`` sends the whole list under the
same filters, which stand in the same address. So a file can hold no row that its page would not show, whoever is
refused the page is refused the file, and no address is left that could forget either. What is let out is recorded
by the service that reads it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.conf import settings
from django.contrib import messages
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic.base import ContextMixin, View

from lmc_cases.core.display import format_number
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.keyset import first_page
from lmc_cases.core.sending import send_file
from lmc_cases.core.spreadsheet_text import as_file

FORMATS: Final = frozenset({"csv", "xlsx"})

Row = TypeVar("Row")
# What a column is called, and what stands in it.
Column = tuple[Any, Callable[[Any], object]]


@dataclass(frozen=True)
class Sheet:
    """A table to be sent.

    Attributes:
        name: of the file, without its ending.
        rows: the head first; text, whole numbers and ``None``.
    """

    name: str
    rows: Sequence[Sequence[object]]

    @classmethod
    def of(cls, name: str, columns: Sequence[Column], rows: Iterable[Any]) -> Sheet:
        """Write one line for each row, under a head in the reader's language."""
        head = [str(label) for label, _value in columns]
        return cls(name, [head, *([value(row) for _label, value in columns] for row in rows)])


def whole(rows: models.QuerySet[Any] | Sequence[Row]) -> list[Any]:
    """Return all rows of a list that is let out.

    Raises:
        InvalidInput: more than ``settings.LIST_EXPORT_MAX_ROWS``.
    """
    most = settings.LIST_EXPORT_MAX_ROWS
    found = list(rows[: most + 1])
    if len(found) > most:
        raise too_many()
    return found


def too_many() -> InvalidInput:
    """Say that one file does not hold that many rows, and what to do."""
    text = _("The list has more than %(most)s rows, too many for one file. Narrow it by the filters first.")
    return InvalidInput("", text % {"most": format_number(settings.LIST_EXPORT_MAX_ROWS)})


def written(moment: dt.datetime | None) -> str:
    """Return a moment as programs sort it (ISO 8601, with the offset), in the reader's zone; "" for none."""
    return "" if moment is None else timezone.localtime(moment).isoformat(sep=" ", timespec="minutes")


def written_day(day: dt.date | None) -> str:
    """Return a day as programs sort it; "" for none."""
    return "" if day is None else day.isoformat()


# Mixed into views of Django, which it calls on to.
if TYPE_CHECKING:

    class _Page(ContextMixin, View):
        pass
else:

    class _Page:
        pass


class ExportedList(_Page):
    """Give the page of a list its files. Its template includes ``components/export.html``, and ``sheet`` reads."""

    request: HttpRequest

    def sheet(self) -> Sheet:
        """Read, and record, the whole list under the filters of the page.

        Raises:
            Http404, ObjectDoesNotExist: where the page does not exist for the officer either.
            InvalidInput: too many rows.
        """
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where the file is asked for: this address with its filters, from the first row on."""
        address = f"{self.request.path}{first_page(self.request.GET)}"
        return super().get_context_data(**{"export_url": address, **kwargs})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send the file. An export is an act and takes POST; a page's own form goes on to the page."""
        kind = request.POST.get("format", "")
        if kind not in FORMATS:
            own = getattr(super(), "post", self.http_method_not_allowed)
            answer: HttpResponse = own(request, *args, **kwargs)
            return answer
        try:
            # What was noted as let out is undone when it is not.
            with transaction.atomic():
                sheet = self.sheet()
        except models.ObjectDoesNotExist:
            raise Http404 from None
        except InvalidInput as error:
            messages.error(request, str(error))
            return redirect(f"{request.path}{first_page(request.GET)}")
        content, name, media_type = as_file(sheet.rows, name=sheet.name, is_xlsx=kind == "xlsx")
        return send_file(content, name=name, media_type=media_type)
