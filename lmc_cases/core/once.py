"""A form that is sent twice makes one record.

The page carries the public id of the record to be made, signed for the officer; the service gives that id to the
record and, when it comes again, returns what it made the first time.
"""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core import signing
from django.db import connection
from django.http import HttpRequest

SALT = "lmc.once"


def new_token(user_pk: Any) -> str:
    """Return the signed id of a record that ``user_pk`` is about to make."""
    return signing.dumps([str(user_pk), uuid.uuid4().hex], salt=SALT)


def id_in(token: str, request: HttpRequest) -> uuid.UUID | None:
    """Return the id in a token of this officer, ``None`` for any other text: the record then gets its own id.

    It is another id for every address the form is sent to: a token makes one record of one case, never a clash.
    A form that is sent while it is being worked on waits until the first is done, and then finds its record.
    """
    try:
        owner, made = signing.loads(token, salt=SALT)
        if owner != str(request.user.pk):
            return None
        found = uuid.uuid5(uuid.UUID(hex=made), request.path)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    with connection.cursor() as cursor:
        key = int.from_bytes(found.bytes[:8], "big", signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    return found


class OnceField(forms.CharField):
    """The hidden field that carries the token; give ``new_token(user.pk)`` as its initial value."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "widget": forms.HiddenInput, "max_length": 300, **options})
