from rempart.check import Result, notapplicable, verdict
from rempart.observations.pam import PamChange


def check(change: PamChange) -> Result:
    if not change.quality:
        return notapplicable("no module judges a new password", change)
    bound = change.binds_root == True  # noqa: E712  (three-valued)
    where = change.at("enforced")
    return verdict(
        bound,
        f"{change.quality}, root bound: {_word(bound)}",
        where,
        facts={"module": change.quality},
    )


def _word(fact: object) -> str:
    return "yes" if fact is True else "no"
