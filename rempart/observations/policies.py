"""What the rules of a policy of the user's own find on a host."""

from dataclasses import dataclass

import msgspec

from rempart.check import Observation, Reason, Seen


class RuleSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    """One rule as it is written, and what it finds.

    `found` is None where neither can be told: then `reason` says why it was not seen, and is empty
    where what the rule is about is simply not there.
    """

    rule: str
    found: bool | None
    detail: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class PolicyRules(Observation):
    """One check of a policy; key: `policy.id`.

    `condition` is all, any or none. `required` is whether the host is one the policy is meant for.
    `notes` say what of the file was read otherwise than it is written.
    """

    condition: str
    rules: tuple[RuleSeen, ...]
    required: Seen[bool] = True
    notes: str = ""
