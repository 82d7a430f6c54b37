"""What several rules say together: all, any or none of them found.

Source: Wazuh SCA. A rule that already decides does so although others could not be told.
"""

from collections.abc import Iterable

from rempart.check import Outcome, Reason
from rempart.observations.policies import RuleSeen

# By condition: what one rule decides at once, the outcome then, and the outcome in the end.
_DECIDES = {
    "all": (False, Outcome.FAIL, Outcome.PASS),
    "any": (True, Outcome.PASS, Outcome.FAIL),
    "none": (True, Outcome.FAIL, Outcome.PASS),
}


def together(
    condition: str, rules: Iterable[RuleSeen]
) -> tuple[Outcome, RuleSeen | None, Reason | None]:
    """The outcome, the rule that decided it, and the reason where it is not checked."""
    decisive, early, late = _DECIDES[condition]
    last: RuleSeen | None = None
    untold: RuleSeen | None = None
    for one in rules:
        last = one
        if one.found is decisive:
            return early, one, None
        if one.found is None and (untold is None or (untold.reason is None and one.reason)):
            untold = one
    if last is None:
        return Outcome.NOTAPPLICABLE, None, None
    if untold is not None:
        unseen = Outcome.NOTCHECKED if untold.reason else Outcome.NOTAPPLICABLE
        return unseen, untold, untold.reason
    return late, last, None
