"""What data protection asks of a person's record: contested, use limited, erased."""

from django.db import migrations, models


def _flag(label):
    return models.BooleanField(db_default=False, default=False, verbose_name=label)


class Migration(migrations.Migration):
    """Three columns; an erased person has no name."""

    dependencies = [("suspects", "0002_sealed_numbers")]

    operations = [
        *(
            migrations.AddField(model_name=model, name=name, field=field)
            for model in ("suspect", "historicalsuspect")
            for name, field in (
                ("is_contested", _flag("contested")),
                ("is_limited", _flag("use limited")),
                ("erased_at", models.DateTimeField(null=True, verbose_name="erased at")),
            )
        ),
        migrations.RemoveConstraint(model_name="suspect", name="a_person_has_a_name"),
        migrations.AddConstraint(
            model_name="suspect",
            constraint=models.CheckConstraint(
                condition=~models.Q(name_original="")
                | ~models.Q(name_romanised="")
                | models.Q(erased_at__isnull=False),
                name="a_person_has_a_name",
            ),
        ),
    ]
