from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("jurisdictions", "0002_audience_siblings"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="jurisdiction",
            options={
                "permissions": [
                    ("read_records", "Read the country's records"),
                    ("edit_records", "Open and change the country's records"),
                    ("share_records", "Share the country's records"),
                    ("request_handover", "Request a handover for the country"),
                    ("approve_handover", "Decide on handovers asked of the country"),
                    ("keep_evidence", "Keep the country's exhibits"),
                    ("read_audit", "Read the country's audit records"),
                    (
                        "supervise_records",
                        "Check what others see, and open a case in an emergency as the second person",
                    ),
                    ("manage_users", "Manage the country's users"),
                    ("edit_law", "Maintain the country's law"),
                ]
            },
        ),
    ]
