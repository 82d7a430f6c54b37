"""What people state and no machine can see, as records and as results of their own kind.

A statement is a result of the check `stated.<control>`, seen from the vantage `stated`. It expires,
and it never stands in for something that was observed.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from rempart.check import Figure, Outcome, Severity, Vantage
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


def results(stated: Iterable[StatementRecord], today: date) -> Iterator[ResultRecord]:
    """One result a statement and subject: pass or fail as stated, `notchecked` once expired."""
    ordinals: Counter[tuple[str, str]] = Counter()
    for one in stated:
        expired = today > date.fromisoformat(one.until)
        outcome = Outcome.PASS if one.meets else Outcome.FAIL
        for subject in one.about:
            ordinals[one.control, subject] += 1
            ordinal = ordinals[one.control, subject]
            yield _result(
                one,
                subject,
                "" if ordinal == 1 else str(ordinal),
                Outcome.NOTCHECKED if expired else outcome,
            )


def _result(one: StatementRecord, subject: str, instance: str, outcome: Outcome) -> ResultRecord:
    check = f"{PREFIX}{one.control}"
    facts: dict[str, Figure] = {"by": one.by, "on": one.on, "until": one.until}
    return ResultRecord(
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
        facts=facts,
        where=Place(one.evidence),
        reason=Reason.EXPIRED if outcome is Outcome.NOTCHECKED else None,
        fingerprint=fingerprint(check, None, Vantage.STATED, subject, "", instance),
        digest=judged(outcome, facts, one.says),
    )


def _evidence(inventory: Inventory, statement: Statement) -> str:
    """The evidence's path as seen from the inventory."""
    return os.path.relpath(statement.evidence, inventory.file.absolute().parent)
