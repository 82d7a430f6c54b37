from rempart.check import Figure, Result, verdict
from rempart.observations.canary import ForeignData


def check(data: ForeignData) -> Result:
    facts: dict[str, Figure] = {"path": data.path or "-", "fields": ", ".join(data.fields) or "-"}
    counts: dict[str, Figure] = {"answers": data.answers}
    seen = f"status {data.status}" if data.shown else "canaries alone"
    return verdict(not data.shown, seen, data, facts=facts, counts=counts)
