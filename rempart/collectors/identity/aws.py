"""An account at AWS, from the answers of its IAM API that a person saved.

Sources: IAM API (GetAccountPasswordPolicy, GetAccountSummary, GetCredentialReport). The report may
be the CSV itself or the answer that holds it in base64. Users' names stay with their keys.
"""

import base64
import binascii
import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rempart.check import Gap, Observation, Seen, Unknown
from rempart.collectors.identity.saved import MOST, Saved, content, files, part, whole
from rempart.collectors.text import clean
from rempart.errors import CollectError, Reason
from rempart.observations.identity import KeyAge
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn

ROOT: Final = "<root_account>"
ACCOUNT: Final = "IAM account"
Rows = tuple[Mapping[str, str], ...]


def account(path: Path) -> Iterator[Observation | Gap]:
    """What the saved answers decide; a gap for what none of them says."""
    values: list[Saved] = []
    report: tuple[Saved, Rows] | None = None
    for folder, raw, name in files(path, ".json", ".csv"):
        try:
            text = content(folder / raw.decode(errors="surrogateescape"), MOST).decode("utf-8-sig")
            if name.lower().endswith(".csv"):
                report = Saved(name), _rows(text)
                continue
            values.append(Saved(name, json.loads(text)))
        except CollectError as error:
            yield Gap(PasswordPolicy.__name__, error.reason, str(error), source=name)
        except (ValueError, RecursionError):
            why = f"{name}: neither JSON nor CSV"
            yield Gap(PasswordPolicy.__name__, Reason.TRUNCATED, why, source=name)
    report = report or _packed(values)
    yield from _policy(values, report)
    yield from _people(values, report)


def _packed(values: list[Saved]) -> tuple[Saved, Rows] | None:
    """The credential report inside an answer of the API."""
    for one in values:
        packed = part(one.value, "Content")
        if isinstance(packed, str) and part(one.value, "ReportFormat") == "text/csv":
            try:
                text = base64.b64decode(packed, validate=True).decode("utf-8", "replace")
            except (binascii.Error, ValueError):
                return None
            return one, _rows(text)
    return None


def _rows(text: str) -> Rows:
    reader = csv.DictReader(io.StringIO(text))
    return tuple({str(k): str(v) for k, v in row.items()} for row in reader)[:100_000]


def _policy(values: list[Saved], report: tuple[Saved, Rows] | None) -> Iterator[Observation | Gap]:
    """The account's policy, where its answer is there; without one AWS's own holds, unseen."""
    named = [(one, part(one.value, "PasswordPolicy")) for one in values]
    found = next(((one, given) for one, given in named if isinstance(given, dict)), None)
    if found is None:
        why = "no answer of GetAccountPasswordPolicy"
        yield Gap(PasswordPolicy.__name__, Reason.UNRESOLVED, why)
        return
    one, given = found
    expires = given.get("ExpirePasswords") is True
    yield PasswordPolicy(
        min_length=whole(given.get("MinimumPasswordLength"), 6),
        max_length=128,
        min_classes=0,
        lower=int(given.get("RequireLowercaseCharacters") is True),
        upper=int(given.get("RequireUppercaseCharacters") is True),
        digits=int(given.get("RequireNumbers") is True),
        specials=int(given.get("RequireSymbols") is True),
        dictionary=False,
        max_failures=None,
        unlock_seconds=None,
        window_seconds=None,
        max_age_days=whole(given.get("MaxPasswordAge")) or None if expires else None,
        min_age_days=0,
        history=whole(given.get("PasswordReusePrevention")),
        forbids_username=False,
        binds_admins=True,
        second_factor=_everybody(report),
        **one.stamp(f"{ACCOUNT} password policy"),
    )


def _everybody(report: tuple[Saved, Rows] | None) -> Seen[bool]:
    if report is None:
        return Unknown(Reason.UNRESOLVED, "no credential report")
    return not _without(report[1])


def _without(rows: Rows) -> int:
    """People with a console password and no second factor, root aside."""
    return sum(
        row.get("password_enabled") == "true" and row.get("mfa_active") != "true"
        for row in rows
        if row.get("user") != ROOT
    )


def _people(values: list[Saved], report: tuple[Saved, Rows] | None) -> Iterator[Observation | Gap]:
    root = _root(values, report)
    source = report[0] if report else (values[0] if values else Saved("account"))
    told = "the root account shows a second factor" if root is True else "the root account"
    yield SignIn("factor", root, told, **source.stamp(f"{ACCOUNT} root"))
    if report is None:
        why = "no credential report"
        yield Gap(KeyAge.__name__, Reason.UNRESOLVED, why)
        yield SignIn(
            "factor",
            Unknown(Reason.UNRESOLVED, why),
            why,
            **source.stamp(f"{ACCOUNT} console users"),
        )
        return
    without = _without(report[1])
    words = f"{without} console users without a second factor"
    yield SignIn("factor", without == 0, words, **source.stamp(f"{ACCOUNT} console users"))
    now = datetime.now(UTC)
    for row in report[1]:
        yield from _keys(row, report[0], now)


def _root(values: list[Saved], report: tuple[Saved, Rows] | None) -> Seen[bool]:
    for one in values:
        enabled = part(one.value, "SummaryMap", "AccountMFAEnabled")
        if enabled is not None:
            return whole(enabled) == 1
    for row in report[1] if report else ():
        if row.get("user") == ROOT:
            return row.get("mfa_active") == "true"
    return Unknown(Reason.UNRESOLVED, "neither a credential report nor an account summary")


def _keys(row: Mapping[str, str], source: Saved, now: datetime) -> Iterator[Observation]:
    user = "root" if row.get("user") == ROOT else clean(row.get("user", ""), 80)
    for number in ("1", "2"):
        if row.get(f"access_key_{number}_active") != "true":
            continue
        days: Seen[int] = Unknown(Reason.UNRESOLVED, "the report does not say since when")
        try:
            made = datetime.fromisoformat(row.get(f"access_key_{number}_last_rotated", ""))
            days = (now - (made if made.tzinfo else made.replace(tzinfo=UTC))).days
        except ValueError:
            pass
        yield KeyAge("root key" if user == "root" else "access key", days, True,
                     **source.stamp(f"{user} key {number}"))  # fmt: skip
