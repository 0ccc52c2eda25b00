"""A translation is asked for in the case alone: ``cases.TranslationRequest``. No release ever held the other table."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """Its policies and its trigger go with the table."""

    dependencies = [("desk", "0002_walls"), ("cases", "0014_machine_drafts")]

    operations = [migrations.DeleteModel(name="TranslationAsked")]
