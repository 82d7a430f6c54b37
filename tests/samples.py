"""Runs to render, compare and replay over: a fictional payer, small and complete."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from rempart.accepted import Waived, WaiverRecord
from rempart.background import ReplayRecord, StepControl, StepRecord
from rempart.check import Figure, Outcome, Severity, Vantage
from rempart.errors import Reason
from rempart.results import (
    AuditRecord,
    AuthorisationRecord,
    Coverage,
    Place,
    ResultRecord,
    Run,
    StatementRecord,
    SubjectRecord,
    Tool,
    fingerprint,
    judged,
)
from tests.sample_cards import CHECKS, CONTROLS

STARTED = datetime(2026, 11, 25, 2, 15, tzinfo=UTC)


def result(
    check: str = "ssh.root_login",
    subject: str = "claims-1",
    outcome: Outcome = Outcome.FAIL,
    *,
    instance: str = "",
    root: str = "",
    authority: str | None = None,
    binding: bool = True,
    vantage: Vantage = Vantage.OBSERVED,
    severity: Severity = Severity.HIGH,
    seen: str = "PermitRootLogin yes",
    facts: dict[str, Figure] | None = None,
    where: Place | None = None,
    reason: Reason | None = None,
    waiver: Waived | None = None,
) -> ResultRecord:
    """One result, with its identity worked out."""
    return ResultRecord(
        check=check,
        subject=subject,
        root=root,
        instance=instance,
        authority=authority,
        binding=binding,
        vantage=vantage,
        outcome=outcome,
        severity=severity,
        seen=seen,
        facts=facts or {},
        where=where or Place("sudo -n sshd -T"),
        reason=reason,
        fingerprint=fingerprint(check, authority, vantage, subject, root, instance),
        digest=judged(outcome, facts or {}, seen),
        waiver=waiver,
    )


def unseen(check: str, subject: str, reason: Reason, detail: str) -> ResultRecord:
    """A result that could not be had."""
    return result(check, subject, Outcome.NOTCHECKED, seen=detail, reason=reason, where=Place(""))


def coverage(subjects: int, results: tuple[ResultRecord, ...]) -> Coverage:
    """How many subjects and results, by outcome."""
    counts = Counter(str(item.outcome) for item in results)
    return Coverage(subjects, len(results), {str(name): counts[name] for name in Outcome})


def sample_run(**changes: Any) -> Run:
    """The run of an audit of a fictional payer; keyword arguments replace its fields.

    `coverage` follows `results` and `subjects` where it is not given.
    """
    results = changes.get("results", _results())
    subjects = changes.get("subjects", SUBJECTS)
    run = Run(
        id="2026-11-25T02:15:00Z-demo",
        tool=Tool("rempart", "0.1.0"),
        started=STARTED,
        finished=STARTED.replace(minute=17),
        language="fr",
        organisation="Tiers Payant Démonstration",
        audit=AuditRecord(
            id="payer",
            title={
                "en": "Full audit of a payer",
                "fr": "Audit complet d’un organisme payeur",
                "de": "Vollständiges Audit eines Kostenträgers",
            },
            yardsticks=("cnil", "anssi", "nist"),
            frameworks=("gdpr", "cnil-2022-100", "anssi-ssh"),
            scenarios=("viamedis-2024",),
            fail_on=Severity.HIGH,
            digest="a" * 20,
        ),
        authorisation=AuthorisationRecord(
            reference="DEMO-2026-001",
            granted_by="Direction des systèmes d’information",
            contact="soc@payer.example",
            valid_from=datetime(2026, 11, 1, tzinfo=UTC),
            valid_until=datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
            scope=("127.0.0.0/8", "*.payer.example"),
            exclude=("127.0.9.9",),
            allow=("active",),
            transit="counts",
            document="mandate.pdf",
            document_sha256="5" * 64,
        ),
        subjects=subjects,
        populations={"insured": 8_000_000, "professionals": 200_000},
        checks=CHECKS,
        controls=CONTROLS,
        settings={"ssh.root_login": {}},
        waivers=WAIVERS,
        statements=STATEMENTS,
        requests=(),
        graphs=(),
        results=results,
        replays=(_replay(),),
        coverage=coverage(len(subjects), results),
        connections={"pro": 14, "claims-1": 1, "claims-2": 1, "adh": 0, "infra": 0},
    )
    return replace(run, **changes)


SUBJECTS = (
    SubjectRecord("pro", "portal", "https://portail.payer.example/", owner="Direction digitale"),
    SubjectRecord("claims-1", "host", "claims-1", criticality="high", zone="dmz"),
    SubjectRecord("claims-2", "host", "claims-2", zone="dmz"),
    SubjectRecord("adh", "database", "adh", population="insured"),
    SubjectRecord("infra", "repository", "infra"),
)
WAIVERS = (
    WaiverRecord("W-1", "swap.encrypted", "claims-2", "swap", "Serveur remplacé en janvier",
                 "Exploitation", "RSSI", "2026-12-31", expired=False, used=1),
    WaiverRecord("W-2", "ssh.root_login", "claims-1", "", "Migration", "Exploitation", "RSSI",
                 "2026-10-31", expired=True, used=0),
)  # fmt: skip
STATEMENTS = (
    StatementRecord("log.detect", ("pro",), "Alarme à 200 personnes par compte et par heure",
                    "RSSI", "2026-11-02", "evidence/siem-rule.pdf", "7" * 64, meets=True,
                    until="2027-11-02"),
)  # fmt: skip


def _results() -> tuple[ResultRecord, ...]:
    waived = Waived("W-1", "Serveur remplacé en janvier", "Exploitation", "RSSI", "2026-12-31")
    policy = "accounts.password_policy"
    line = Place("terraform/database.tf", 12, 31)
    return (
        result(),
        result(subject="claims-2", outcome=Outcome.PASS, seen="PermitRootLogin no"),
        result(policy, authority="cnil", instance="pam", severity=Severity.CRITICAL,
               seen="39 bits", facts={"bits": 39}, where=Place("/etc/pam.d/common-password", 25)),
        result(policy, authority="nist", instance="pam", binding=False, severity=Severity.CRITICAL,
               seen="8 characters, 15 wanted", where=Place("/etc/pam.d/common-password", 25)),
        result(policy, "claims-2", Outcome.PASS, authority="cnil", instance="pam", seen="82 bits",
               facts={"bits": 82}, severity=Severity.CRITICAL),
        result(policy, "claims-2", authority="nist", binding=False, instance="pam",
               severity=Severity.CRITICAL, seen="12 characters, 15 wanted"),
        result("volumes.encrypted", "claims-1", instance="/srv/pg", seen="ext4 on /dev/sdb1",
               where=Place("lsblk --json")),
        result("volumes.encrypted", "infra", instance="aws_db_instance.main", root="terraform",
               vantage=Vantage.DECLARED, seen="storage_encrypted absent", where=line),
        result("portal.hsts", "pro", severity=Severity.MEDIUM, seen="no Strict-Transport-Security",
               where=Place("https://portail.payer.example/")),
        result("portal.cookies", "pro", Outcome.PASS, instance="SESSION", seen="Secure; HttpOnly"),
        result("swap.encrypted", "claims-2", instance="swap", severity=Severity.LOW,
               seen="/dev/sda3", waiver=waived),
        result("swap.encrypted", "claims-1", Outcome.ERROR, seen="KeyError"),
        result("portal.cookies", "claims-1", Outcome.NOTAPPLICABLE, seen="nothing is there"),
        unseen("volumes.encrypted", "adh", Reason.PRIVILEGE, "needs pg_read_all_settings"),
        unseen("volumes.encrypted", "claims-2", Reason.TRUNCATED, "lsblk: end marker missing"),
    )  # fmt: skip


def _replay() -> ReplayRecord:
    def state(control: str, word: str, *results: str) -> StepControl:
        record = CONTROLS[control]
        return StepControl(control, record.title, word, results, record.titles)

    policy = fingerprint(
        "accounts.password_policy", "cnil", Vantage.OBSERVED, "claims-1", "", "pam"
    )
    steps = (
        StepRecord("phish", {"en": "Phishes a professional", "fr": "Hameçonne un professionnel"},
                   "portal", "reported", (state("cred.password.strength", "fail", policy),), (), (),
                   "open"),
        StepRecord("sign-in", {"en": "Signs in as that professional",
                   "fr": "Se connecte à sa place"}, "portal", "confirmed",
                   (state("cred.mfa.external", "notchecked"),), (state("log.detect", "stated"),),
                   (), "unknown"),
        StepRecord("read", {"en": "Reads millions of records", "fr": "Lit des millions de dossiers",
                   "de": "Liest Millionen Datensätze"}, "portal", "inferred", (),
                   (state("log.detect", "stated"),), (state("enc.rest.database", "fail"),), "open"),
    )  # fmt: skip
    return ReplayRecord(
        "viamedis-2024",
        {"en": "The breach of January 2024", "fr": "La violation de janvier 2024",
         "de": "Die Datenpanne vom Januar 2024"},
        {"en": "One phished account read the whole base.",
         "fr": "Un compte hameçonné a suffi pour lire toute la base."},
        "33 000 000",
        ("https://www.cnil.fr/",),
        steps,
        "unknown",
    )  # fmt: skip
