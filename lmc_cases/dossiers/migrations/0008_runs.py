import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0007_two_languages"),
        ("handovers", "0024_walls_of_extensions"),
        ("jurisdictions", "0008_verified_law_is_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DossierRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("REQUESTS", "Handover requests"),
                            ("OPERATION", "Operation"),
                            ("CROSSING", "Crossing"),
                        ],
                        max_length=10,
                        verbose_name="scope",
                    ),
                ),
                ("scope_uuid", models.UUIDField(editable=False, null=True)),
                ("scope_reference", models.CharField(blank=True, default="", max_length=40)),
                ("languages", models.JSONField(default=list, verbose_name="languages")),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "First: for a crossing"),
                            (2, "Normal"),
                            (3, "Last: when nothing else waits"),
                        ],
                        default=2,
                        verbose_name="priority",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("RUNNING", "Running"), ("CANCELLED", "Cancelled")],
                        default="RUNNING",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField()),
                ("done", models.PositiveIntegerField(default=0, editable=False)),
                ("failed", models.PositiveIntegerField(default=0, editable=False)),
                ("requested_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("running_since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(editable=False, null=True)),
                ("served_at", models.DateTimeField(editable=False, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DossierRunItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
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
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "Waiting"),
                            ("OWED", "Running"),
                            ("DONE", "Done"),
                            ("FAILED", "Failed"),
                        ],
                        default="WAITING",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("error_code", models.CharField(blank=True, default="", max_length=60)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="HistoricalDossierRun",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("uuid", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("REQUESTS", "Handover requests"),
                            ("OPERATION", "Operation"),
                            ("CROSSING", "Crossing"),
                        ],
                        max_length=10,
                        verbose_name="scope",
                    ),
                ),
                ("scope_uuid", models.UUIDField(editable=False, null=True)),
                ("scope_reference", models.CharField(blank=True, default="", max_length=40)),
                ("languages", models.JSONField(default=list, verbose_name="languages")),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "First: for a crossing"),
                            (2, "Normal"),
                            (3, "Last: when nothing else waits"),
                        ],
                        default=2,
                        verbose_name="priority",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("RUNNING", "Running"), ("CANCELLED", "Cancelled")],
                        default="RUNNING",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField()),
                ("requested_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("running_since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("history_change_reason", models.TextField(null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
            ],
            options={
                "verbose_name": "historical dossier run",
                "verbose_name_plural": "historical dossier runs",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                condition=models.Q(("job_state__in", ["QUEUED", "RUNNING"])),
                fields=["queued_at", "id"],
                name="dossiers_in_work",
            ),
        ),
        migrations.AddField(
            model_name="dossierrun",
            name="country",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="jurisdictions.jurisdiction"
            ),
        ),
        migrations.AddField(
            model_name="dossierrun",
            name="requested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="dossierrunitem",
            name="dossier",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dossiers.dossier",
            ),
        ),
        migrations.AddField(
            model_name="dossierrunitem",
            name="handover",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="handovers.handoverrequest"
            ),
        ),
        migrations.AddField(
            model_name="dossierrunitem",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="items", to="dossiers.dossierrun"
            ),
        ),
        migrations.AddField(
            model_name="historicaldossierrun",
            name="country",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="jurisdictions.jurisdiction",
            ),
        ),
        migrations.AddField(
            model_name="historicaldossierrun",
            name="history_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicaldossierrun",
            name="requested_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="dossierrun",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True), ("state", "RUNNING")),
                fields=["priority", "id"],
                name="runs_to_draw_from",
            ),
        ),
        migrations.AddIndex(
            model_name="dossierrun",
            index=models.Index(fields=["country", "served_at"], name="runs_served"),
        ),
        migrations.AddIndex(
            model_name="dossierrun",
            index=models.Index(fields=["requested_by", "-id"], name="runs_page"),
        ),
        migrations.AddConstraint(
            model_name="dossierrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("done"), "+", models.F("failed")
                        ),
                    )
                ),
                name="a_run_ends_each_row_once",
            ),
        ),
        migrations.AddIndex(
            model_name="dossierrunitem",
            index=models.Index(
                condition=models.Q(("state", "WAITING")), fields=["run", "position"], name="run_items_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="dossierrunitem",
            index=models.Index(
                condition=models.Q(("state", "OWED")), fields=["run"], name="run_items_in_work"
            ),
        ),
        migrations.AddIndex(
            model_name="dossierrunitem",
            index=models.Index(
                condition=models.Q(("lease_until__isnull", False), ("state", "WAITING")),
                fields=["run", "lease_until"],
                name="run_items_leased",
            ),
        ),
        migrations.AddIndex(
            model_name="dossierrunitem",
            index=models.Index(fields=["run", "state", "position"], name="run_items_page"),
        ),
        migrations.AddIndex(
            model_name="dossierrunitem",
            index=models.Index(fields=["run", "finished_at"], name="run_items_rate"),
        ),
        migrations.AddConstraint(
            model_name="dossierrunitem",
            constraint=models.UniqueConstraint(fields=("run", "position"), name="a_run_numbers_its_rows"),
        ),
        migrations.AddConstraint(
            model_name="dossierrunitem",
            constraint=models.UniqueConstraint(
                fields=("run", "handover", "language"), name="a_run_asks_for_a_dossier_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="dossierrunitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["OWED", "DONE"]), _negated=True),
                    ("dossier__isnull", False),
                    _connector="OR",
                ),
                name="an_owed_row_names_its_dossier",
            ),
        ),
    ]
