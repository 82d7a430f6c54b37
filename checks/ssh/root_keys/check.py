from collections.abc import Iterator

from rempart.check import Result, Severity, verdict
from rempart.observations.people import AuthorizedKey


def check(keys: tuple[AuthorizedKey, ...], *, justified: tuple[str, ...] = ()) -> Iterator[Result]:
    roots = [key for key in keys if key.account == "root" or key.account_kind == "root"]
    for key in roots:
        known = isinstance(key.fingerprint, str) and key.fingerprint in justified
        severity = Severity.MEDIUM if "command" in key.options else None
        facts = {"fingerprint": str(key.fingerprint), "kind": key.kind}
        yield verdict(known, f"{key.kind} {key.fingerprint}", key, facts=facts, severity=severity)
    if not roots:
        yield verdict(True, "no key opens root", "/root/.ssh/authorized_keys", of="root")
