"""Seal and check the audit record, and hand out checkpoints, from the command line."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lmc_cases.audit.models import CheckpointDelivery
from lmc_cases.audit.services import checkpoints, sealing, verifying
from lmc_cases.jurisdictions.models import Jurisdiction


class Command(BaseCommand):
    """``manage.py audit seal | verify | checkpoint | epoch | key | status``; exit code 1 where something is wrong."""

    help = "Seal the audit record, check it, and hand out signed checkpoints."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name what to do."""
        acts = parser.add_subparsers(dest="act", required=True)
        seal = acts.add_parser("seal", help="seal what was recorded")
        seal.add_argument(
            "--all", action="store_true", help="wait for open transactions: leave nothing unsealed"
        )
        seal.add_argument("--wait", type=float, default=30.0, help="how many seconds at most (with --all)")
        verify = acts.add_parser("verify", help="check every row, root and signature")
        verify.add_argument(
            "--against",
            action="append",
            default=[],
            type=Path,
            help="a checkpoint kept elsewhere; several times",
        )
        point = acts.add_parser("checkpoint", help="write the newest checkpoint to a file")
        point.add_argument("--country", default="", help="code of the country that receives it")
        point.add_argument("--out", required=True, type=Path, help="the file, which must not exist")
        epoch = acts.add_parser("epoch", help="begin a new epoch, after a dump was restored")
        epoch.add_argument("--reason", default="restored", help="a code, kept in the record")
        acts.add_parser("key", help="print the public keys that countries check signatures with")
        acts.add_parser("status", help="say what waits and what countries hold")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of them."""
        getattr(self, f"_{options['act']}")(options)

    def _seal(self, options: dict[str, Any]) -> None:
        try:
            sealed = (
                sealing.seal_now(timeout_seconds=options["wait"])
                if options["all"]
                else sealing.seal(wait=True)
            )
        except sealing.SealingDelayed as error:
            raise CommandError(str(error)) from None
        lag = sealing.warn_when_late()
        self.stdout.write(f"sealed={sealed or 0} waiting={lag.waiting} oldest_seconds={lag.seconds:.0f}")

    def _verify(self, options: dict[str, Any]) -> None:
        against = [_note_in(path) for path in options["against"]]
        anchor = sealing.read_anchor()
        if anchor is None:
            self.stderr.write(
                f"No checkpoint is kept in {settings.AUDIT_ANCHOR}: a cut tail could not show there."
            )
        else:
            against.append(anchor)
        using = "owner" if "owner" in settings.DATABASES else "default"
        report = verifying.verify(against=against, using=using, progress=self._progress)
        for fault in report.faults:
            self.stdout.write(fault)
        self.stdout.write(
            f"events={report.events} seals={report.seals} checkpoints={report.checkpoints} kept={len(against)} "
            f"waiting={report.waiting} reasons_erased={report.reasons_erased} faults={report.faults_total}"
        )
        if not report.holds:
            raise CommandError("The audit record does not hold.")
        self.stdout.write("The audit record holds.")

    def _progress(self, done: int) -> None:
        if done % 100_000 == 0 and done:
            self.stderr.write(f"{done} events checked")

    def _checkpoint(self, options: dict[str, Any]) -> None:
        country = None
        if options["country"]:
            country = Jurisdiction.objects.filter(code=options["country"].upper()).first()
            if country is None:
                raise CommandError(f"No country has the code {options['country']}.")
        sealing.seal(wait=True)
        checkpoint = sealing.sign_checkpoint()
        if checkpoint is None:
            raise CommandError("The record is empty: there is nothing to sign yet.")
        sizes = checkpoints.sizes_held(country) if country else []
        text = json.dumps(checkpoints.bundle_of(checkpoint, sizes), indent=1) + "\n"
        try:
            with options["out"].open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise CommandError(f"{options['out']}: {error.strerror}") from None
        if country is not None:
            checkpoints.deliver(
                actor=None,
                checkpoint=checkpoint,
                country=country,
                channel=CheckpointDelivery.Channel.COMMAND,
            )
        self.stdout.write(f"size={checkpoint.tree_size} file={options['out']}")

    def _epoch(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"epoch={sealing.begin_epoch(options['reason'][:40])}")

    def _key(self, options: dict[str, Any]) -> None:
        for key in sealing.trusted_keys():
            self.stdout.write(str(key))

    def _status(self, options: dict[str, Any]) -> None:
        lag = sealing.lag()
        self.stdout.write(
            f"epoch={sealing.present_epoch()} waiting={lag.waiting} oldest_seconds={lag.seconds:.0f}"
        )
        for held in checkpoints.holdings():
            when = held.at.isoformat(timespec="seconds") if held.at else "never"
            self.stdout.write(f"{held.country.code} size={held.tree_size} at={when}")
        if lag.is_late:
            raise CommandError("Sealing lags: a transaction stays open, or no sealer runs.")


def _note_in(path: Path) -> str:
    """Read a kept checkpoint: the file of the page or API, or the note alone."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from None
    try:
        note = json.loads(text)["checkpoint"]
    except (ValueError, KeyError, TypeError):
        return text
    return str(note)
