from rempart.check import Figure, Result, spoken, verdict
from rempart.observations.estate import Drift


def check(drift: Drift) -> Result:
    facts: dict[str, Figure] = {
        "setting": drift.setting,
        "declared": spoken(drift.declared),
        "observed": spoken(drift.observed),
    }
    seen = f"{drift.setting}: declared {facts['declared']}, running {facts['observed']}"
    return verdict(drift.declared == drift.observed, seen, drift, facts=facts)
