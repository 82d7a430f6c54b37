from rempart.check import Result, notapplicable, verdict
from rempart.observations.pam import PamChange


def check(change: PamChange) -> Result:
    if change.token_reused is None:
        return notapplicable("no module judges a new password", change)
    good = change.token_reused == True  # noqa: E712  (three-valued)
    where = change.at("enforced" if good is True else "token_reused")
    asks = next((one for one in change.modules if "use_authtok" not in one and _sets(one)), "")
    seen = "each module after it has use_authtok" if good is True else asks
    return verdict(good, seen, where, facts={"line": asks or "-", "module": change.quality})


def _sets(line: str) -> bool:
    return "pam_unix.so" in line or "pam_pwhistory.so" in line
