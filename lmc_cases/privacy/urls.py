"""Addresses of data protection."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, register_converter

from lmc_cases.privacy import views
from lmc_cases.privacy.services.records import Kind


class KindConverter:
    """``persons`` or ``informants``."""

    regex = "|".join(Kind)

    def to_python(self, value: str) -> Kind:
        """Return the kind."""
        return Kind(value)

    def to_url(self, value: Kind | str) -> str:
        """Return the word."""
        return str(value)


register_converter(KindConverter, "record_kind")

app_name = "privacy"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.ReviewQueue.as_view(), name="queue"),
    path("<record_kind:kind>/<uuid:uuid>/", views.RecordPage.as_view(), name="record"),
    path("<record_kind:kind>/<uuid:uuid>/keep/", views.RecordKeep.as_view(), name="keep"),
    path("<record_kind:kind>/<uuid:uuid>/export/", views.RecordExport.as_view(), name="export"),
    path("<record_kind:kind>/<uuid:uuid>/erase/", views.ErasureAsk.as_view(), name="erase"),
    path("persons/<uuid:uuid>/standing/", views.StandingSet.as_view(), name="standing"),
    path("erasures/<uuid:uuid>/confirm/", views.ErasureConfirm.as_view(), name="confirm"),
    path("erasures/<uuid:uuid>/decline/", views.ErasureDecline.as_view(), name="decline"),
]
