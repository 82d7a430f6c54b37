"""What people state and no machine can see, as records and as results of their own kind.

A statement is a result of the check `stated.<control>`, seen from the vantage `stated`. It expires,
and it never stands in for something that was observed.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import date

from rempart.check import Outcome, Severity, Vantage
from rempart.errors import Reason
from rempart.inventory import Inventory, Statement
from rempart.results import Place, ResultRecord, StatementRecord, fingerprint, judged

PREFIX = "stated."
SEVERITY = Severity.MEDIUM  # of a control the payer itself says it does not meet


def until(statement: Statement) -> date:
    """The last day a statement holds."""
    return statement.valid.after(statement.on)


def records(inventory: Inventory) -> tuple[StatementRecord, ...]:
    """The statements of an inventory, each with the digest of its evidence."""
    return tuple(
        StatementRecord(
            one.control,
            one.about,
            one.says,
            one.by,
            one.on.isoformat(),
            _evidence(inventory, one),
            inventory.evidence_sha256[one.evidence],
            one.meets,
            until(one).isoformat(),
        )
        for one in inventory.statements
    )


def results(inventory: Inventory, today: date) -> tuple[ResultRecord, ...]:
    """One result a statement and subject: pass or fail as stated, `notchecked` once expired."""
    return tuple(_results(inventory, today))


def _results(inventory: Inventory, today: date) -> Iterator[ResultRecord]:
    seen: Counter[tuple[str, str]] = Counter()
    for one in inventory.statements:
        check = f"{PREFIX}{one.control}"
        expired = today > until(one)
        stated = Outcome.PASS if one.meets else Outcome.FAIL
        outcome = Outcome.NOTCHECKED if expired else stated
        facts = {"by": one.by, "on": one.on.isoformat(), "until": until(one).isoformat()}
        for subject in one.about:
            seen[check, subject] += 1
            ordinal = seen[check, subject]
            instance = "" if ordinal == 1 else str(ordinal)
            yield ResultRecord(
                check=check,
                subject=subject,
                root="",
                instance=instance,
                authority=None,
                binding=True,
                vantage=Vantage.STATED,
                outcome=outcome,
                severity=SEVERITY,
                seen=one.says,
                facts=dict(facts),
                where=Place(_evidence(inventory, one)),
                reason=Reason.EXPIRED if expired else None,
                fingerprint=fingerprint(check, None, Vantage.STATED, subject, "", instance),
                digest=judged(outcome, facts, one.says),
            )


def _evidence(inventory: Inventory, statement: Statement) -> str:
    """The evidence's path as seen from the inventory."""
    return os.path.relpath(statement.evidence, inventory.file.absolute().parent)
