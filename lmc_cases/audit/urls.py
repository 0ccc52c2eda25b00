"""Addresses of audit."""

from __future__ import annotations

from django.urls import path

from lmc_cases.audit.views import AuditList

app_name = "audit"
urlpatterns = [path("", AuditList.as_view(), name="list")]
