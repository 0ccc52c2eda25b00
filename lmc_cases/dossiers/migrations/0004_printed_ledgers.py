import django.db.models.deletion
import django.db.models.functions.datetime
import lmc_cases.dossiers.models
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_disclosure_ledger"),
        ("dossiers", "0003_versions_are_never_overwritten"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalLedgerDocument",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "job_state",
                    models.CharField(
                        choices=[
                            ("NEW", "Not started"),
                            ("QUEUED", "Waiting"),
                            ("RUNNING", "Running"),
                            ("DONE", "Done"),
                            ("FAILED", "Failed"),
                            ("DENIED", "Not allowed any more"),
                            ("CANCELLED", "Cancelled"),
                        ],
                        default="NEW",
                        max_length=10,
                    ),
                ),
                ("queued_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("error_code", models.CharField(blank=True, default="", max_length=60)),
                ("uuid", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("th", "Thai"),
                            ("km", "Khmer"),
                            ("lo", "Lao"),
                            ("my", "Burmese"),
                            ("vi", "Vietnamese"),
                            ("zh-hans", "Simplified Chinese"),
                        ],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("facts_sha256", models.CharField(max_length=64)),
                ("entries", models.PositiveIntegerField()),
                ("file", models.TextField(max_length=100, null=True)),
                (
                    "sha256",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="checksum (SHA-256)"
                    ),
                ),
                ("pages", models.PositiveIntegerField(null=True)),
                ("size_bytes", models.BigIntegerField(null=True)),
                ("engine", models.JSONField(default=dict)),
                ("certificate_sha256", models.CharField(blank=True, default="", max_length=64)),
                ("requested_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("history_change_reason", models.TextField(null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical ledger document",
                "verbose_name_plural": "historical ledger documents",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="LedgerDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "job_state",
                    models.CharField(
                        choices=[
                            ("NEW", "Not started"),
                            ("QUEUED", "Waiting"),
                            ("RUNNING", "Running"),
                            ("DONE", "Done"),
                            ("FAILED", "Failed"),
                            ("DENIED", "Not allowed any more"),
                            ("CANCELLED", "Cancelled"),
                        ],
                        default="NEW",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_token", models.UUIDField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("queued_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("error_code", models.CharField(blank=True, default="", max_length=60)),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("th", "Thai"),
                            ("km", "Khmer"),
                            ("lo", "Lao"),
                            ("my", "Burmese"),
                            ("vi", "Vietnamese"),
                            ("zh-hans", "Simplified Chinese"),
                        ],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("facts", models.JSONField(default=dict)),
                ("facts_sha256", models.CharField(max_length=64)),
                ("entries", models.PositiveIntegerField()),
                ("file", models.FileField(null=True, upload_to=lmc_cases.dossiers.models.ledger_path)),
                (
                    "sha256",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="checksum (SHA-256)"
                    ),
                ),
                ("pages", models.PositiveIntegerField(null=True)),
                ("size_bytes", models.BigIntegerField(null=True)),
                ("engine", models.JSONField(default=dict)),
                ("certificate_sha256", models.CharField(blank=True, default="", max_length=64)),
                ("requested_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("job_state", "DONE"), _negated=True),
                            models.Q(
                                models.Q(("sha256", ""), _negated=True),
                                models.Q(("certificate_sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_printed_ledger_is_signed",
                    )
                ],
            },
        ),
    ]
