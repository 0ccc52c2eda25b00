"""Photographs: decoded once, here, and stored as a picture of our own making.

What an officer uploads is never kept. It is opened by a decoder of one of three formats, within limits of bytes
and pixels that are checked before anything is unpacked, drawn on white, and written anew as a baseline JPEG: no
metadata, no second picture behind the first, nothing appended.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.display import format_size
from lmc_cases.core.errors import InvalidInput
from lmc_cases.suspects.models import Suspect, photo_path
from lmc_cases.suspects.services.people import Coded, lock_suspect, save_changed

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

FORMATS: Final = ("JPEG", "PNG", "WEBP")
# 50 million pixels: the largest pictures of present phones, 200 MB unpacked.
MAX_PIXELS: Final = 50_000_000
STORED_SIZE: Final = (600, 800)
JPEG_QUALITY: Final = 85


class Upload(Protocol):
    """An uploaded file."""

    def read(self, size: int = ..., /) -> bytes:
        """Return up to ``size`` bytes."""


@transaction.atomic
def set_photo(*, actor: User, suspect_id: UUID, upload: Upload) -> Suspect:
    """Give a person a photograph; an earlier one stays in the history.

    Raises:
        Suspect.DoesNotExist: foreign and missing alike.
        InvalidInput: too large, not a picture, broken.
    """
    suspect = lock_suspect(actor, suspect_id)
    jpeg = baseline_jpeg(upload)
    digest = hashlib.sha256(jpeg).hexdigest()
    if suspect.photo and suspect.photo_sha256 == digest:
        return suspect
    storage = suspect.photo.storage
    name = storage.save(photo_path(suspect, ""), ContentFile(jpeg))
    try:
        suspect.photo = name
        suspect.photo_sha256 = digest
        save_changed(suspect, actor=actor, reason=Coded.PHOTOGRAPH)
        record(
            actor=actor,
            operation=Operation.COLLECTION,
            verb="suspect.photo_set",
            target=suspect,
            codes={"sha256": digest},
        )
    except BaseException:
        storage.delete(name)
        raise
    return suspect


@transaction.atomic
def remove_photo(*, actor: User, suspect_id: UUID, reason: str = "") -> Suspect:
    """Take the photograph off the record; the file stays for the history, which names it.

    Raises:
        Suspect.DoesNotExist: foreign and missing alike.
    """
    suspect = lock_suspect(actor, suspect_id)
    if not suspect.photo:
        return suspect
    digest, suspect.photo, suspect.photo_sha256 = suspect.photo_sha256, None, ""
    save_changed(suspect, actor=actor, reason=reason)
    record(
        actor=actor,
        operation=Operation.ERASURE,
        verb="suspect.photo_removed",
        target=suspect,
        reason=reason,
        codes={"sha256": digest},
    )
    return suspect


@transaction.atomic
def open_photo(*, actor: User, suspect_id: UUID) -> File[bytes]:
    """Return the photograph's open file and record that it was looked at.

    Raises:
        Suspect.DoesNotExist: foreign, missing and without a photograph alike.
    """
    suspect = Suspect.objects.visible_to(actor).get(uuid=suspect_id)
    if not suspect.photo or not suspect.photo.name:
        raise Suspect.DoesNotExist
    try:
        opened: File[bytes] = suspect.photo.storage.open(suspect.photo.name, "rb")
    except FileNotFoundError:
        raise Suspect.DoesNotExist from None
    record(actor=actor, operation=Operation.CONSULTATION, verb="suspect.photo_viewed", target=suspect)
    ledger.note_item(
        actor=actor,
        item=suspect,
        kind=Disclosure.Kind.SUSPECT,
        path=Disclosure.Path.PHOTO,
        sha256=suspect.photo_sha256,
    )
    return opened


def baseline_jpeg(upload: Upload) -> bytes:
    """Return the picture as a baseline JPEG of at most 600 x 800 pixels, on white, without metadata.

    Raises:
        InvalidInput: too many bytes or pixels, not a JPEG, PNG or WebP picture, or a broken one.
    """
    limit = settings.PHOTO_MAX_BYTES
    raw = upload.read(limit + 1)
    if len(raw) > limit:
        raise InvalidInput("photo", _("The file is larger than %(limit)s.") % {"limit": format_size(limit)})
    try:
        return _drawn_anew(raw)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InvalidInput(
            "photo",
            _("The picture has more than %(limit)s megapixels. Choose a smaller one.")
            % {"limit": MAX_PIXELS // 1_000_000},
        ) from None
    except (
        UnidentifiedImageError,
        # What the decoders raise on broken input: OSError (truncated), SyntaxError (PNG), ValueError, EOFError.
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        ArithmeticError,
        LookupError,
        TypeError,
    ):
        raise InvalidInput(
            "photo", _("This file cannot be read as a picture. Choose a JPEG, PNG or WebP file.")
        ) from None


def _drawn_anew(raw: bytes) -> bytes:
    with Image.open(io.BytesIO(raw), formats=FORMATS) as probe:
        _check_pixels(probe)
        probe.verify()
    # verify() leaves a picture unusable: it is opened a second time to be unpacked.
    with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
        image.draft("RGB", (STORED_SIZE[1] * 2, STORED_SIZE[1] * 2))
        image.load()
        upright = ImageOps.exif_transpose(image)
        flat = _on_white(upright)
    flat.thumbnail(STORED_SIZE, Image.Resampling.LANCZOS)
    # A picture made of pixels alone: what Pillow remembers of the source (Exif, profile, comment) stays behind.
    clean = Image.new("RGB", flat.size)
    clean.paste(flat)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=JPEG_QUALITY, progressive=False, optimize=True)
    return out.getvalue()


def _check_pixels(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise Image.DecompressionBombError


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    white = Image.new("RGB", layered.size, "white")
    white.paste(layered, mask=layered.getchannel("A"))
    return white
