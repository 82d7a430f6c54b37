from rempart.check import Fact, Result, all_of, notapplicable, verdict
from rempart.observations.windows import WindowsSignIn


def check(windows: WindowsSignIn, *, most_days: int = 60) -> Result:
    if windows.domain_controller:
        return notapplicable("a domain controller has no local administrator", windows)
    days = windows.managed_days
    often: Fact = False if days is None else days <= most_days
    seen = f"changed every {days} days" if windows.managed_password is True else "nobody changes it"
    return verdict(all_of(windows.managed_password == True, often), seen, windows)  # noqa: E712
