from rempart.check import Result, any_of, negated, notapplicable, unseen, verdict
from rempart.judge.accounts import takes_password
from rempart.observations.accounts import Account
from rempart.observations.pam import PamLock


def check(lock: PamLock, accounts: tuple[Account, ...]) -> Result:
    if not unseen(lock.failures) and lock.failures == 0:
        return notapplicable("deny = 0: nothing locks", lock)
    roots = [one for one in accounts if one.uid == 0]
    closed = negated(any_of(*(takes_password(one) for one in roots)))
    bound = lock.binds_root == True  # noqa: E712  (three-valued)
    words = "even_deny_root" if bound is True else "root is not locked"
    seen = f"{words}, {'no password opens root' if closed is True else 'a password opens root'}"
    return verdict(any_of(bound, closed), seen, lock)
