from rempart.check import Figure, Result, spoken, verdict
from rempart.observations.estate import Drift


def check(drift: Drift) -> Result:
    facts: dict[str, Figure] = {
        "setting": drift.setting,
        "declared": spoken(drift.declared),
        "observed": spoken(drift.observed),
        "declared_at": _place(drift),
        "observed_at": drift.observed_at or drift.subject,
    }
    seen = (
        f"{drift.setting}: declared {facts['declared']} ({facts['declared_at']}), "
        f"running {facts['observed']} ({facts['observed_at']})"
    )
    return verdict(drift.declared == drift.observed, seen, drift, facts=facts)


def _place(drift: Drift) -> str:
    return f"{drift.source}:{drift.line}" if drift.line else drift.source
