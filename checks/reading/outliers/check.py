from rempart.check import Result, all_of, verdict
from rempart.observations.reading import AccountReading


def check(accounts: tuple[AccountReading, ...]) -> Result:
    out = [account for account in accounts if "outlier" in account.why]
    worst = max(out or accounts, key=lambda account: account.tenths)
    return verdict(
        all_of(not out, worst.whole),
        f"{worst.people} people, peers {worst.peers}" if out else "none far above its peers",
        worst,
        of="accounts",
        facts={
            "accounts": len(out),
            "people": worst.people,
            "hours": worst.seconds // 3600,
            "peers": worst.peers,
        },
    )
