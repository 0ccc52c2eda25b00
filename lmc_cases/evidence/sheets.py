"""Columns of the exhibits of a case as they go out as a file: what the page shows, one thing to a column."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.sheets import ITEM_COLUMNS
from lmc_cases.core.list_export import Column, written

EXHIBIT_COLUMNS: tuple[Column, ...] = (
    (_("Exhibit number"), lambda item: item.exhibit_number),
    (_("Part of"), lambda item: item.parent.exhibit_number if item.parent else ""),
    (_("Kind"), lambda item: item.get_kind_display()),
    (_("Description"), lambda item: item.description),
    (_("Collected"), lambda item: written(item.collected_at)),
    (_("File"), lambda item: item.file_name if item.file else ""),
    (_("Size in bytes"), lambda item: item.size_bytes),
    *ITEM_COLUMNS,
)
