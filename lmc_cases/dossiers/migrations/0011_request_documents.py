import django.db.models.deletion
import django.db.models.functions.datetime
import lmc_cases.dossiers.printed_models
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0010_signatures"),
        ("handovers", "0026_wall_of_person_hands"),
        ("jurisdictions", "0010_border_marking"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="issuedfile",
            name="kind",
            field=models.CharField(
                choices=[
                    ("DOSSIER", "Transfer dossier"),
                    ("SIGNED_DOSSIER", "Signed transfer dossier"),
                    ("LEDGER", "Disclosure ledger"),
                    ("RECEIPT", "Receipt"),
                    ("REQUEST", "Request"),
                    ("EVIDENCE", "Evidence annex"),
                ],
                max_length=14,
            ),
        ),
        migrations.CreateModel(
            name="HistoricalRequestDocument",
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
                    "kind",
                    models.CharField(
                        choices=[("REQUEST", "Request"), ("EVIDENCE", "Evidence annex")],
                        max_length=8,
                    ),
                ),
                ("of_draft", models.BooleanField(default=False, editable=False)),
                ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                ("part", models.PositiveSmallIntegerField(default=1)),
                ("parts", models.PositiveSmallIntegerField(default=1)),
                ("file", models.TextField(max_length=100, null=True)),
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
                    "country",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="jurisdictions.jurisdiction",
                    ),
                ),
                (
                    "handover",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="handovers.handoverrequest",
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
                "verbose_name": "historical request document",
                "verbose_name_plural": "historical request documents",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RequestDocument",
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
                    "kind",
                    models.CharField(
                        choices=[("REQUEST", "Request"), ("EVIDENCE", "Evidence annex")],
                        max_length=8,
                    ),
                ),
                ("of_draft", models.BooleanField(default=False, editable=False)),
                ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                ("part", models.PositiveSmallIntegerField(default=1)),
                ("parts", models.PositiveSmallIntegerField(default=1)),
                (
                    "file",
                    models.FileField(
                        null=True, upload_to=lmc_cases.dossiers.printed_models.request_document_path
                    ),
                ),
                (
                    "country",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="jurisdictions.jurisdiction",
                    ),
                ),
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="handovers.handoverrequest",
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
                    models.UniqueConstraint(
                        fields=("handover", "kind", "of_draft", "number", "language", "part"),
                        name="one_request_document_per_version_and_language",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("job_state", "DONE"), _negated=True),
                            models.Q(
                                models.Q(("sha256", ""), _negated=True),
                                models.Q(("certificate_sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_printed_request_document_is_signed",
                    ),
                ],
            },
        ),
    ]
