from rempart.check import Result, notapplicable, verdict
from rempart.observations.windows import WindowsAccount

GUEST = 501


def check(account: WindowsAccount) -> Result:
    if not account.enabled:
        return notapplicable("the account is disabled", account)
    guest = account.rid == GUEST
    open_ = guest or not account.password_required
    seen = (
        "the guest is enabled" if guest else "no password needed" if open_ else "needs a password"
    )
    return verdict(not open_, seen, account, facts={"account": account.key})
