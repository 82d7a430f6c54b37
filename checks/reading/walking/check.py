from rempart.check import Result, all_of, verdict
from rempart.observations.reading import AccountReading


def check(accounts: tuple[AccountReading, ...]) -> Result:
    walking = [account for account in accounts if "walking" in account.why]
    worst = max(walking or accounts, key=lambda account: account.steps)
    return verdict(
        all_of(not walking, worst.whole),
        f"{worst.steps} of 1000 reads go to the next number" if walking else "no walk found",
        worst,
        of="accounts",
        facts={"accounts": len(walking), "permille": worst.steps},
    )
