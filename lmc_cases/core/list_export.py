"""Lists as files: the one way every list of the product leaves as a table for a spreadsheet program.

The page of a list has a second answer. GET draws a slice of it; POST with a ``format`` sends the whole list under the
same filters, which stand in the same address. So a file can hold no row that its page would not show, whoever is
refused the page is refused the file, and no address is left that could forget either. What is let out is recorded
by the service that reads it.

A list that is too long to be written while its reader waits is owed: a worker calls the very same page later, with a
higher ceiling (``sheets_up_to``), and takes its sheet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.conf import settings
from django.contrib import messages
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import ContextMixin, View

from lmc_cases.core.display import format_number
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.keyset import first_page
from lmc_cases.core.sending import send_file
from lmc_cases.core.spreadsheet_text import as_file

FORMATS: Final = frozenset({"csv", "xlsx"})

# What a column is called, and what stands in it.
Column = tuple[Any, Callable[[Any], object]]


@dataclass(frozen=True)
class Sheet:
    """A table to be sent.

    Attributes:
        name: of the file, without its ending.
        rows: the head first; text, whole numbers and ``None``. They may be read once only: a long table never
            lies in memory as a whole.
        size: how many rows there are without the head, as far as known.
    """

    name: str
    rows: Iterable[Sequence[object]]
    size: int | None = None

    @classmethod
    def of(cls, name: str, columns: Sequence[Column], rows: Sequence[Any]) -> Sheet:
        """Write one line for each row, under a head in the reader's language."""
        return cls(name, _lines(columns, rows), len(rows))


def _lines(columns: Sequence[Column], rows: Sequence[Any]) -> Iterator[Sequence[object]]:
    yield [str(label) for label, _value in columns]
    for row in rows:
        yield [value(row) for _label, value in columns]


class TooManyRows(InvalidInput):
    """The list is longer than the present file may be; a worker may make a longer one."""


_ceiling: ContextVar[int | None] = ContextVar("lmc_list_ceiling", default=None)


def ceiling() -> int:
    """Return how many rows one file may hold here."""
    held = _ceiling.get()
    return settings.LIST_EXPORT_MAX_ROWS if held is None else held


@contextmanager
def sheets_up_to(rows: int) -> Iterator[None]:
    """Within the block a page that is asked for its file answers with a ``SheetAnswer``, of at most ``rows`` rows.

    Its errors reach the caller as they are: nobody looks at a page here.
    """
    token = _ceiling.set(rows)
    try:
        yield
    finally:
        _ceiling.reset(token)


class SheetAnswer(HttpResponse):
    """What a page answers whoever asked for its sheet; it is sent to nobody."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(status=204)
        self.sheet = sheet


def whole(rows: models.QuerySet[Any] | list[Any], *, few: Sequence[str] = ()) -> list[Any]:
    """Return all rows of a list that is let out.

    Args:
        few: related records that many rows share (countries, officers), in place of those that are joined. Each is
            read once; a join builds it anew for every row, which takes more memory than the rows.

    Raises:
        TooManyRows: more than ``ceiling()``.
    """
    most = ceiling()
    if few and isinstance(rows, models.QuerySet):
        rows = rows.select_related(None).prefetch_related(*few)
    found = list(rows[: most + 1])
    if len(found) > most:
        raise too_many()
    return found


def too_many() -> TooManyRows:
    """Say that one file does not hold that many rows, and what to do."""
    return TooManyRows("", too_many_text(ceiling()))


def too_many_text(most: int) -> str:
    """Return the sentence for a list of more than ``most`` rows."""
    text = _("The list has more than %(most)s rows, too many for one file. Narrow it by the filters first.")
    return text % {"most": format_number(most)}


# Given the request and the kind of file; returns the address where the file will be found.
Owing = Callable[[HttpRequest, str], str]
_owing: list[Owing] = []


def owe_long_lists(owing: Owing) -> None:
    """Have lists that are too long for an answer made later; the app that owes them says so once."""
    _owing[:] = [owing]


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
    """Give the page of a list its files. Its template includes ``components/export.html``, and ``sheet`` reads.

    Attributes:
        list_title: what the list is called where its files are listed.
    """

    request: HttpRequest
    list_title: ClassVar[Any] = gettext_lazy("List")

    def sheet(self) -> Sheet:
        """Read, and record, the whole list under the filters of the page.

        Raises:
            Http404, ObjectDoesNotExist: where the page does not exist for the officer either.
            TooManyRows: more than ``ceiling()``.
            InvalidInput: the list cannot be let out as a whole.
        """
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where the file is asked for: this address with its filters, from the first row on."""
        address = f"{self.request.path}{first_page(self.request.GET)}"
        return super().get_context_data(**{"export_url": address, **kwargs})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send the file, or owe it. An export is an act and takes POST; a page's own form goes on to the page."""
        kind = request.POST.get("format", "")
        if kind not in FORMATS:
            own = getattr(super(), "post", self.http_method_not_allowed)
            answer: HttpResponse = own(request, *args, **kwargs)
            return answer
        if _ceiling.get() is not None:
            return SheetAnswer(self.sheet())
        try:
            # What was noted as let out is undone when it is not.
            with transaction.atomic():
                sheet = self.sheet()
        except models.ObjectDoesNotExist:
            raise Http404 from None
        except TooManyRows as error:
            return self._owed(request, kind, error)
        except InvalidInput as error:
            return self._refused(request, error)
        content, name, media_type = as_file(sheet.rows, name=sheet.name, is_xlsx=kind == "xlsx")
        return send_file(content, name=name, media_type=media_type)

    def _owed(self, request: HttpRequest, kind: str, error: TooManyRows) -> HttpResponse:
        """Let a worker make it, and show where it will be."""
        if not _owing:
            return self._refused(request, error)
        try:
            return redirect(_owing[0](request, kind))
        except InvalidInput as refusal:
            return self._refused(request, refusal)

    @staticmethod
    def _refused(request: HttpRequest, error: InvalidInput) -> HttpResponse:
        messages.error(request, str(error))
        return redirect(f"{request.path}{first_page(request.GET)}")
