from rempart.check import Result, verdict
from rempart.observations.volumes import Swap


def check(swap: Swap) -> Result:
    words = "encrypted" if swap.encrypted is True else "not encrypted"
    return verdict(swap.encrypted, f"{swap.device} {words}", swap, facts={"device": swap.device})
