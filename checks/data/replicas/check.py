from collections.abc import Iterator

from rempart.check import Figure, Result, all_of, any_of, negated, verdict
from rempart.judge.protection import BACKUP, DISK, sealed
from rempart.observations.datastores import StoreChain

CARRIED = (DISK, BACKUP)


def check(chain: StoreChain) -> Iterator[Result]:
    originals = [copy for copy in chain.copies if copy.kind == "original"]
    for replica in chain.copies:
        if replica.kind != "replica":
            continue
        good = all_of(
            *(
                any_of(
                    negated(all_of(*(sealed(copy, threat) for copy in originals))),
                    sealed(replica, threat),
                )
                for threat in CARRIED
            )
        )
        facts: dict[str, Figure] = {"replica": replica.name}
        yield verdict(
            good, f"{replica.name} beside the original", chain, of=replica.name, facts=facts
        )
