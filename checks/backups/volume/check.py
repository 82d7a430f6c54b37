from rempart.check import Figure, Result, verdict
from rempart.observations.backups import BackupVolume


def check(place: BackupVolume) -> Result:
    facts: dict[str, Figure] = {"tool": place.tool, "volume": place.volume}
    seen = f"{place.tool} on {place.volume}"
    return verdict(place.encrypted == True, seen, place, facts=facts)  # noqa: E712
