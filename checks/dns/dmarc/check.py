from rempart.check import Figure, Result, Severity, all_of, among, verdict
from rempart.observations.dns import DmarcPolicy


def check(dmarc: DmarcPolicy) -> Result:
    strict = among(dmarc.policy, ("quarantine", "reject"))
    wholly = dmarc.percent == 100 and not dmarc.testing
    below = dmarc.subdomains != "none"  # a forged sender may invent a subdomain
    good = all_of(strict, wholly, below, dmarc.reports)
    facts: dict[str, Figure] = {"said": _said(dmarc)}
    # Receivers refuse forged mail already; nobody learns of it.
    lower = Severity.LOW if strict is True and wholly and below else None
    return verdict(good, _said(dmarc), dmarc, facts=facts, severity=lower)


def _said(dmarc: DmarcPolicy) -> str:
    if dmarc.policy is None:
        return dmarc.fault or "-"
    words = [f"p={dmarc.policy}"]
    words += [f"sp={dmarc.subdomains}"] * bool(dmarc.subdomains)
    words += [f"pct={dmarc.percent}"] * (dmarc.percent != 100)
    words += ["t=y"] * dmarc.testing
    words += ["rua"] * dmarc.reports
    words += [f"@ {dmarc.found_at}"] * (dmarc.found_at not in ("", dmarc.key))
    return " ".join(words)
