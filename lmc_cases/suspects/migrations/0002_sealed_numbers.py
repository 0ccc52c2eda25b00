"""Document numbers are stored sealed (docs/keys.md): those that stand in the clear are sealed here, then dropped."""

from collections import defaultdict

from django.db import migrations, models

from lmc_cases.keys import crypto
from lmc_cases.keys.marks import Marker
from lmc_cases.keys.providers import provider
from lmc_cases.keys.sealing import DataKey, wrap_bound
from lmc_cases.suspects.models import number_place


def seal_what_stands(apps, schema_editor):
    """Give every person who has, or had, a document a key; seal the numbers, past ones too; write the marks."""
    rows = {
        name: apps.get_model(*name.split(".")).objects.using(schema_editor.connection.alias)
        for name in (
            "suspects.Suspect",
            "suspects.IdentityDocument",
            "suspects.HistoricalIdentityDocument",
            "keys.CountryKey",
            "keys.RecordKey",
            "cases.NumberMark",
        )
    }
    live = defaultdict(list)
    for document in rows["suspects.IdentityDocument"].exclude(number="").iterator():
        live[document.suspect_id].append(document)
    past = defaultdict(list)
    for state in rows["suspects.HistoricalIdentityDocument"].exclude(number="").iterator():
        past[state.suspect_id].append(state)
    versions = {}
    people = rows["suspects.Suspect"].filter(pk__in={*live, *past}).select_related("case__owner")
    for person in people.iterator():
        country = person.case.owner
        if country.code not in versions:
            versions[country.code] = _version(rows["keys.CountryKey"], country)
        version = versions[country.code]
        key = DataKey(crypto.new_key(), country.code)
        bound = wrap_bound(person.uuid, country.code, country.code, version)
        rows["keys.RecordKey"].create(
            kind="PERSON",
            record_uuid=person.uuid,
            owner=country,
            country=country,
            version=version,
            wrapped=provider().wrap(country.code, version, key.plain, bound),
        )
        for row in (*live[person.pk], *past[person.pk]):
            row.number_sealed = key.seal(row.number, number_place(row.uuid))
            row.save(update_fields=["number_sealed"])
        marker = Marker(country.code)
        for document in live[person.pk]:
            rows["cases.NumberMark"].create(
                case=person.case, object_uuid=person.uuid, mark=marker.number(document.number)
            )


def _version(keys, country):
    held = keys.filter(country=country, state="ACTIVE").first()
    if held is not None:
        return held.version
    source = provider()
    version = max(source.versions(country.code), default=0) or source.create(country.code)
    keys.create(country=country, version=version, check_value=source.check_value(country.code, version))
    return version


class Migration(migrations.Migration):
    """Seal, then drop. History of persons who are gone loses its numbers: no key is left to seal them with."""

    dependencies = [
        ("cases", "0004_number_marks"),
        ("keys", "0001_country_keys"),
        ("suspects", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="identitydocument",
            name="number_sealed",
            field=models.BinaryField(default=b"", verbose_name="number"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="historicalidentitydocument",
            name="number_sealed",
            field=models.BinaryField(default=b"", verbose_name="number"),
            preserve_default=False,
        ),
        migrations.RunPython(seal_what_stands, migrations.RunPython.noop, elidable=True),
        # What the sealing left to check is checked now: PostgreSQL alters no table with pending trigger events.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RemoveField(model_name="identitydocument", name="number"),
        migrations.RemoveField(model_name="identitydocument", name="number_blind"),
        migrations.RemoveField(model_name="historicalidentitydocument", name="number"),
        migrations.RemoveField(model_name="historicalidentitydocument", name="number_blind"),
    ]
