"""A host with a handful of people, as its programs answer."""

from rempart.collectors.host.accounts import accounts
from rempart.collectors.host.framing import Answer, Answers
from rempart.errors import CollectError
from rempart.observations.accounts import Account

PASSWD = """root|shadow|none||0|/bin/bash|0|/root
daemon|shadow|none||1|/usr/sbin/nologin|1|/usr/sbin
alice|shadow|none||1000|/bin/bash|1000|/home/alice
deploy|shadow|none||1001|/bin/sh|1001|/home/deploy
nobody|shadow|none||65534|/usr/sbin/nologin|65534|/nonexistent"""
SHADOW = """root|locked|none||20000||0|99999|
alice|set|y|j9T|20700|30|0|90|20999
deploy|locked|none||20000||0|99999|"""
GROUP = "root|0|\nsudo|27|alice\nalice|1000|\nstaff|50|alice,deploy"


def answered(**texts: str | CollectError) -> Answers:
    usual: dict[str, str | CollectError] = {
        "passwd": PASSWD,
        "shadow": SHADOW,
        "group": GROUP,
        "sign_ins": "@lastlog\nalice|Nov 20 2026",
        "sudoers": "root ALL=(ALL) ALL\n%sudo ALL=(ALL:ALL) ALL",
        "homes": "",
        "guards": "",
        "tokens": "",
        **texts,
    }
    return Answers(
        {
            name: text if isinstance(text, CollectError) else Answer(0, text)
            for name, text in usual.items()
        }
    )


def by_name(found: Answers) -> dict[str, Account]:
    return {one.key: one for one in accounts(found) if isinstance(one, Account)}
