"""What a file's place is for, told by names; and what pictures in a folder are likely to show."""

import re
from typing import Final

_ROOTS: Final = (
    ("/var/mail", "mail"),
    ("/var/spool/mail", "mail"),
    ("/var/spool/postfix", "mail"),
    ("/var/spool/exim", "mail"),
    ("/var/log", "log"),
    ("/var/tmp", "temporary"),  # noqa: S108  (a place to look at)
    ("/var/spool", "temporary"),
    ("/dev/shm", "temporary"),  # noqa: S108
)
_HISTORY: Final = re.compile(
    r"(?:^\.?(?:ba|z|k|fi|da)?sh_history|^\.(?:psql|mysql|mariadb|sqlite|python|rediscli|node_repl"
    r"|irb|lesshst|mongosh|dbshell|mongo)_?(?:history)?|^\.\w{2,20}_history|^fish_history"
    r"|^ConsoleHost_history\.txt)$"
)
# The words of a folder's name; the first kind that fits is it.
_FOLDERS: Final = (
    ("mail", r"mail|mails|maildir|mailbox|mqueue|postfix|exim4?|dovecot|courriels?|cyrus"),
    ("queue", r"rabbitmq|kafka\w*|activemq|artemis|queues?|messages?_?queue|mnesia|nats|jms"),
    (
        "drop",
        r"s?ftps?|incoming|outgoing|inbox|outbox|drops?|dropzone|d[ée]p[oô]ts?|[ée]changes?"
        r"|transferts?|transfers?|moveit|partenaires?|partners?",
    ),
    ("log", r"logs?|journal|journaux|protokolle"),
    (
        "temporary",
        r"te?mp|tmpdir|temporaire|temporary|spool|uploads?|pgsql_tmp|caches?|trash|\.trash"
        r"|lost\+found|corbeille",
    ),
)
_FOLDER: Final = tuple(
    (place, re.compile(rf"(?:.*[._ -])?(?:{words})(?:[._ -].*)?", re.IGNORECASE))
    for place, words in _FOLDERS
)
_LOG: Final = re.compile(
    r"\.log(?:[.-]?\d[\d._-]*)?$|(?:^|[._-])(?:access|error|slow|general)[._-]?log|\.out$"
    r"|^(?:syslog|messages|catalina|auth)(?:\.\d+)?$",
    re.IGNORECASE,
)
_PACKED: Final = re.compile(r"\.(?:gz|zst|bz2|xz)$", re.IGNORECASE)
_STAMP: Final = re.compile(
    rb"^(?:\S+ \S+ \S+ \[)?[\[<(]?(?:\d{4}-\d\d-\d\d[T _]\d\d:\d\d|\d\d/[A-Z][a-z]{2}/\d{4}:\d\d"
    rb"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}/\d\d/\d\d \d\d:\d\d)",
)
_CONTEXT: Final = re.compile(
    r"factures?|factur\w*|invoices?|rechnung\w*|transports?|ordonnances?|prescriptions?"
    r"|rezepte?|feuilles?.de.soins?|soins?|d[ée]comptes?|remboursements?|prises?.en.charge"
    r"|attestations?|vitale|mutuelles?|devis|certificats?|arr[eê]ts?|comptes?.rendus?|bilans?"
    r"|radios?|irm|scanner|dicom|patients?|assur[ée]s?|identit[ée]s?|cni|ambulances?|taxis?|befunde?"
    r"|arztbriefe?|claims?|medical|sant[ée]|dossiers?|justificatifs?",
    re.IGNORECASE,
)
_KEY: Final = re.compile(r"(?:ABA|VSL|TXP|AMB|TSU|SMU)")  # NGAP keys of transport
_WORD: Final = re.compile(r"[^\W\d_]+(?:[ _.-][^\W\d_]+){0,3}")


def place(root: str, path: str) -> str:
    """What the place of a file is for: `path` is below `root`."""
    *folders, name = path.split("/")
    if _HISTORY.search(name):
        return "history"
    if _LOG.search(_PACKED.sub("", name)):
        return "log" if _kind(folders, root) not in ("mail", "queue") else _kind(folders, root)
    return _kind(folders, root) or "other"


def _kind(folders: list[str], root: str) -> str:
    above = root.rstrip("/")
    names = [above.rpartition("/")[2], *folders]
    for kind, pattern in _FOLDER:
        if any(pattern.fullmatch(one) for one in names):
            return kind
    return next((kind for start, kind in _ROOTS if f"{above}/".startswith(f"{start}/")), "")


def logged(head: bytes) -> bool:
    """Whether a text's first lines begin with a moment, as those of a log do."""
    lines = [line for line in head[:8192].split(b"\n")[:20] if line.strip()]
    stamped = sum(_STAMP.match(line) is not None for line in lines)
    return len(lines) >= 3 and stamped * 5 >= len(lines) * 4


def context(path: str) -> str:
    """The word of a path that says what its pictures are likely to show; empty where none does."""
    for word in re.split(r"[/]", path):
        if _KEY.fullmatch(word.partition(".")[0][:3]) and word[:3].isupper():
            return word[:3]
        match = re.search(rf"(?<![^\W\d_])(?:{_CONTEXT.pattern})(?![^\W\d_])", word, re.IGNORECASE)
        if match:
            return match[0].lower()
    return ""
