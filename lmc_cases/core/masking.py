"""Keys that travel in an address (invitations, new passwords, confirmed addresses) stay out of every log."""

from __future__ import annotations

import logging
import re

# What stands before a key, and the key: it works until it is used, and a log is read by others than its owner.
KEYS = re.compile(r"(/accounts/invitation/|/sign-in/password/reset/key/|/sign-in/confirm-email/)[^/\s\"'?]+")


def masked(text: str) -> str:
    """Return the text with a row of dots in place of each key."""
    return KEYS.sub(r"\1...", text)


class MaskKeys(logging.Filter):
    """Mask keys in a log record: Django names the path of what was not found, gone or refused."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always let the record through."""
        if isinstance(record.msg, str):
            record.msg = masked(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(masked(arg) if isinstance(arg, str) else arg for arg in record.args)
        return True
