import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_append_only"),
        ("cases", "0005_visibility_by_clearance_and_item"),
        ("jurisdictions", "0003_right_to_supervise"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalEmergencyAccess",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("uuid", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("reference", models.CharField(max_length=40, verbose_name="case reference")),
                ("reason", models.TextField(verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ASKED", "Waiting for a second person"),
                            ("APPROVED", "Approved"),
                            ("REFUSED", "Refused"),
                            ("NOTHING", "No such case to open"),
                        ],
                        default="ASKED",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_reason", models.TextField(blank=True, default="")),
                ("until", models.DateTimeField(null=True)),
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
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            ],
            options={
                "verbose_name": "historical emergency access",
                "verbose_name_plural": "historical emergency accesss",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="ReadingReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("code", models.CharField(max_length=20)),
                ("is_standing", models.BooleanField(default=False)),
                ("given_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="audit.auditevent"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("happened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("day", models.DateField(null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("CASE", "Case"),
                            ("SUSPECT", "Person"),
                            ("EVIDENCE", "Exhibit"),
                            ("HANDOVER", "Handover request"),
                            ("DOSSIER", "Dossier"),
                        ],
                        max_length=8,
                    ),
                ),
                ("object_uuid", models.UUIDField()),
                ("reference", models.CharField(max_length=80, verbose_name="reference")),
                ("versions", models.JSONField(default=dict)),
                ("state", models.CharField(max_length=32)),
                (
                    "sha256",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="checksum (SHA-256)"
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Existence only"), (2, "Summary"), (3, "Full"), (4, "Own country only")]
                    ),
                ),
                (
                    "path",
                    models.CharField(
                        choices=[
                            ("SHARE", "Share granted"),
                            ("LIST", "Shown in a list"),
                            ("PAGE", "Page opened"),
                            ("API", "Answer of the API"),
                            ("EXPORT", "Export"),
                            ("PHOTO", "Photograph shown"),
                            ("FILE", "File downloaded"),
                            ("DOSSIER", "Dossier downloaded"),
                            ("HANDOVER", "Handed out with a request"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("SHARE", "Shared"),
                            ("ITEM", "Named in a share"),
                            ("CONTRIBUTED", "Contributed to a case of the reader's country"),
                            ("HANDOVER", "Party to the request"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "handling_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), default=list, size=None
                    ),
                ),
                ("handling_h3", models.TextField(blank=True, default="")),
                (
                    "purpose",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("INVESTIGATION", "Support of an investigation"),
                            ("LOCATE", "Locating a wanted person"),
                            ("IDENTIFY", "Identification of a person"),
                            ("HANDOVER", "Preparation of a handover"),
                            ("VICTIM_PROTECTION", "Protection of victims"),
                            ("ASSET_RECOVERY", "Recovery of assets"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("legal_basis", models.TextField(blank=True, default="")),
                ("approval_number", models.CharField(blank=True, default="", max_length=100)),
                ("request_id", models.CharField(max_length=64)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disclosures",
                        to="cases.case",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="jurisdictions.jurisdiction",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="jurisdictions.jurisdiction",
                    ),
                ),
                (
                    "recipient_agency",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="jurisdictions.agency",
                    ),
                ),
                (
                    "recipient_officer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "share",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disclosures",
                        to="cases.caseshare",
                    ),
                ),
                (
                    "reading_reason",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.readingreason",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EmergencyAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("reference", models.CharField(max_length=40, verbose_name="case reference")),
                ("reason", models.TextField(verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ASKED", "Waiting for a second person"),
                            ("APPROVED", "Approved"),
                            ("REFUSED", "Refused"),
                            ("NOTHING", "No such case to open"),
                        ],
                        default="ASKED",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_reason", models.TextField(blank=True, default="")),
                ("until", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
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
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        name="an_emergency_needs_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "APPROVED"), _negated=True),
                            models.Q(
                                ("case__isnull", False),
                                ("decided_by__isnull", False),
                                ("until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_approved_emergency_names_case_and_end",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="readingreason",
            constraint=models.UniqueConstraint(
                fields=("case", "officer", "day"), name="one_reason_per_case_and_day"
            ),
        ),
        migrations.AddIndex(
            model_name="disclosure",
            index=models.Index(
                models.F("case"), models.OrderBy(models.F("id"), descending=True), name="ledger_of_a_case"
            ),
        ),
        migrations.AddIndex(
            model_name="disclosure",
            index=models.Index(
                models.F("object_uuid"),
                models.OrderBy(models.F("id"), descending=True),
                name="ledger_of_a_record",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("day__isnull", False)),
                fields=("recipient_officer", "object_uuid", "path", "state", "day"),
                name="a_look_is_noted_once_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner", models.F("recipient")), _negated=True),
                name="nobody_discloses_to_itself",
            ),
        ),
    ]
