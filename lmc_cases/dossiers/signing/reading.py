"""Opens a PDF for pyHanko so that each object stream is taken apart once.

pyHanko 0.38 reads the head of a stream anew for every object in it: with the thousands of tags of a PDF/A-3a the time
grows with the square of the pages, half a minute for one dossier. Its own checks stay as they are.
"""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader


def open_reader(pdf: bytes) -> PdfFileReader:
    """Return a reader of the file.

    Raises:
        PdfError, ValueError: it is no PDF.
    """
    reader: PdfFileReader = _reader_class()(io.BytesIO(pdf))
    return reader


@cache
def _reader_class() -> Any:
    from pyhanko.pdf_utils import generic, misc
    from pyhanko.pdf_utils.decode_limits import DecodePurpose
    from pyhanko.pdf_utils.misc import PdfStrictReadError
    from pyhanko.pdf_utils.reader import PdfFileReader

    class IndexedReader(PdfFileReader):
        """Knows where each object of a stream begins."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._taken_apart: dict[int, tuple[bytes, dict[int, tuple[int, int]]]] = {}
            super().__init__(*args, **kwargs)

        def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> Any:
            if stmnum not in self._taken_apart:
                self._taken_apart[stmnum] = self._take_apart(stmnum)
            data, places = self._taken_apart[stmnum]
            place, offset = places.get(idnum, (-1, 0))
            if place != idx:
                raise PdfStrictReadError("Object is in wrong index.")
            stream = io.BytesIO(data)
            stream.seek(offset)
            found = generic.read_object(stream, generic.Reference(idnum, 0, self))
            if isinstance(found, (generic.StreamObject, generic.IndirectObject)):
                raise PdfStrictReadError("Encountered forbidden object type in object stream")
            return found

        def _take_apart(self, stmnum: int) -> tuple[bytes, dict[int, tuple[int, int]]]:
            stream = generic.Reference(stmnum, 0, self).get_object()
            if not isinstance(stream, generic.StreamObject) or stream["/Type"] != "/ObjStm":
                raise PdfStrictReadError("Not an object stream.")
            data: bytes = stream.read_data(DecodePurpose.OBJECT_STREAM)
            head = io.BytesIO(data)
            places: dict[int, tuple[int, int]] = {}
            for place in range(stream["/N"]):
                try:
                    misc.read_non_whitespace(head, seek_back=True)
                    number = int(generic.NumberObject.read_from_stream(head))
                    misc.read_non_whitespace(head, seek_back=True)
                    offset = int(generic.NumberObject.read_from_stream(head))
                except ValueError as error:
                    raise PdfStrictReadError("Object stream header possibly corrupted") from error
                # The first one of a number counts, as in pyHanko.
                places.setdefault(number, (place, stream["/First"] + offset))
            return data, places

    return IndexedReader
