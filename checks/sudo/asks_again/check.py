from rempart.check import Fact, Result, all_of, verdict
from rempart.observations.accounts import SudoSettings


def check(settings: SudoSettings, *, minutes: int = 15) -> Result:
    asks = settings.asks == True  # noqa: E712  (three-valued)
    widest = settings.widest_minutes
    short: Fact = all_of(widest >= 0, widest <= minutes)
    facts = {
        "minutes": widest if isinstance(widest, int) else None,
        "exempt": ", ".join(settings.exempt) or "-",
    }
    words = [] if asks is not False else ["Defaults !authenticate"]
    words += [f"!authenticate for {facts['exempt']}"] if settings.exempt else []
    words.append(f"timestamp_timeout={facts['minutes']}")
    good = all_of(asks, not settings.exempt, short)
    return verdict(good, ", ".join(words), settings, facts=facts)
