from rempart.check import Figure, Result, all_of, spoken, verdict
from rempart.observations.canary import AlarmRaised


def check(alarm: AlarmRaised, *, within: int = 900) -> Result:
    after = alarm.after if isinstance(alarm.after, int) else None
    facts: dict[str, Figure] = {
        "people": alarm.people,
        "began": alarm.began,
        "after": after,
        "ticket": alarm.ticket or "-",
        "within": within,
    }
    good = all_of(alarm.after >= 0, alarm.after <= within)
    return verdict(good, f"{spoken(alarm.after)} s after the burst", alarm, facts=facts)
