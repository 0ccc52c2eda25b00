"""In which language a document is asked for, and which other may stand beside it."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from lmc_cases.core.errors import InvalidInput


def check_languages(language: str, beside: str = "") -> None:
    """Refuse a language that the product does not have, and a second that is the first.

    Args:
        beside: a second language that stands beside the first; "" for none.

    Raises:
        InvalidInput: of ``language`` or ``beside``.
    """
    for field, code in (("language", language), ("beside", beside or language)):
        if code not in dict(settings.LANGUAGES):
            raise InvalidInput(field, _("Choose a language from the list."))
    if beside == language:
        raise InvalidInput("beside", _("Choose another language than the first, or none."))
