from collections.abc import Iterator

from rempart.check import Result, Unknown, verdict
from rempart.judge.accounts import may_enter
from rempart.observations.accounts import Account

# Names that images and products come with.
NAMES = (
    *("pi", "ubuntu", "debian", "ec2-user", "centos", "fedora", "rocky", "almalinux", "opensuse"),
    *("cloud-user", "azureuser", "vagrant", "admin", "administrator", "guest", "test", "demo"),
    *("user", "oracle", "cisco", "ubnt", "support", "tomcat", "weblogic", "osmc", "alpine"),
)


def check(accounts: tuple[Account, ...], *, names: tuple[str, ...] = NAMES) -> Iterator[Result]:
    there = [(one, may_enter(one)) for one in accounts if one.key.lower() in names]
    left = [(one, entered) for one, entered in there if entered is not False]
    for one, entered in left:
        good = entered if isinstance(entered, Unknown) else False
        yield verdict(good, "lets people in", one, facts={"account": one.key})
    if not left:
        closed = ", ".join(one.key for one, _ in there) or "none"
        yield verdict(True, f"there and closed: {closed}", "/etc/passwd", facts={"closed": closed})
