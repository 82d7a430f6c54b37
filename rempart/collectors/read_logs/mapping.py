"""Which format a log has and where its fields stand: declared, else guessed from its first lines.

A guess is made from the names of fields and from the shape of lines. It is shown by `rempart
inventory check`, in the words an inventory would declare it with; values are never shown.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rempart.collectors.read_logs import layouts, text_lines
from rempart.collectors.read_logs.csv_lines import CsvLines, header, separator
from rempart.collectors.read_logs.fields import Field, Fields, Parser, lines_of
from rempart.collectors.read_logs.json_lines import JsonLines
from rempart.inventory.log_fields import ROLES
from rempart.observations.identifiers.french import nir13, nir_shape
from rempart.observations.identifiers.spelling import compact

SAMPLE: Final = 262_144  # bytes of a file from which its format is told
_SHOWN: Final = 200  # lines of these
WEB: Final = ("combined", "common", "nginx", "apache", "haproxy")
LOGS: Final = ("keycloak", "pgaudit", "mariadb-audit")  # about people's sign-ins and tables
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\[?\d\d/[A-Z][a-z]{2}/\d{4}:")
# Fifteen digits with a month where a NIR has one: thirteen would be a moment in milliseconds.
_PERSON: Final = (
    r"[?&/=;:]([12478]\d\d(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?:\d\d|2[AB])\d{8})(?![0-9])"
)
# Fields of the formats that have names of their own.
KNOWN: Final[Mapping[str, Mapping[str, str]]] = {
    "keycloak": {"account": "userId", "time": "time", "address": "ipAddress", "action": "type"},
    "pgaudit": {"account": "%u", "time": "%m", "address": "%h", "action": "action"},
    "mariadb-audit": {
        "account": "user", "time": "time", "address": "host", "action": "operation",
    },
    "haproxy": {
        "time": "accept_date", "address": "client_ip", "status": "status", "url": "http_request",
        "person": f"http_request ~ {_PERSON}",
    },
}  # fmt: skip
_VARIABLES: Final = {
    "account": ("$remote_user", "%u"),
    "time": ("$time_iso8601", "$msec", "$time_local", "%t"),
    "address": ("$remote_addr", "%a", "%h"),
    "status": ("$status", "%>s", "%s"),
    "url": ("$request", "$request_uri", "%r", "%U"),
}
# Names fields have in logs that nobody described, in the order of preference.
_NAMES: Final = {
    "account": "account user username user_name login user_id userid uid sub actor principal"
    " operator compte utilisateur identifiant agent benutzer konto",
    "person": "person nir ins patient patient_id beneficiary beneficiaire assure insured insured_id"
    " member member_id subject_id numero_secu nss ssn kvnr versicherter adherent",
    "time": "time ts timestamp @timestamp datetime date event_time occurred_at created_at"
    " horodatage heure zeit zeitstempel",
    "address": "address ip client_ip remote_addr ip_address ipaddress src_ip source_ip remote_ip"
    " adresse_ip client",
    "action": "action event type event_type operation verb method",
    "status": "status status_code code result outcome http_status statut",
    "url": "url uri request_uri path request",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Declared:
    """What an inventory says of a log's lines; plain, so that it can be sent along."""

    format: str = ""
    layout: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    reads: Sequence[str] = ()
    sign_ins: Sequence[str] = ()
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A format and its fields; `prefixed` for JSON behind the prefix of a syslog."""

    format: str
    fields: Fields
    guessed: bool
    layout: str = ""
    prefixed: bool = False

    @property
    def dedicated(self) -> bool:
        """Whether every line of such a log is about somebody's data, unless it says otherwise."""
        return self.format not in (*WEB, *LOGS)

    def parser(self) -> Parser:
        """A parser for one file."""
        made: Parser = _PARSERS.get(self.format, _web)(self)
        return made

    def words(self) -> str:
        """The mapping as an inventory would declare it."""
        shown = [f"{role}: {self.fields[role]}" for role in ROLES if role in self.fields]
        missing = [role for role in ("account", "person", "time") if role not in self.fields]
        told = f"; not found: {', '.join(missing)}" if missing else ""
        return f"format: {self.format}, {', '.join(shown)}{told}"


def mapping(declared: Declared, sample: bytes) -> Mapped | None:
    """The mapping of a file that begins so; None where nothing here recognises it.

    A declared format holds for all files of the log; a declared field wins over a guessed one.
    """
    own = {role: Field.parse(text) for role, text in declared.fields.items() if text}
    form = declared.format or ("regex" if "(?P<" in declared.layout else "") or recognised(sample)
    if form == "json" and not declared.format and _keycloak(sample):
        guess: Mapping[str, str] = {role: f"$.{name}" for role, name in KNOWN["keycloak"].items()}
        return Mapped("keycloak-json", {**_parsed(guess), **own}, not own)
    fields = {**_parsed(_guess(form, declared.layout, sample)), **own} if form else own
    enough = bool(declared.fields.get("account") or declared.fields.get("person"))
    prefixed = form == "json" and not _json(sample, prefixed=False)
    return Mapped(form, fields, not enough, declared.layout, prefixed) if form else None


def recognised(sample: bytes) -> str:
    """The format most of these lines have; empty where none fits half of them."""
    if _json(sample, prefixed=False) or _json(sample, prefixed=True):
        return "json"
    for form in ("keycloak", "mariadb-audit", "pgaudit", "haproxy", "combined", "common"):
        parsed = Mapped(form, {}, guessed=True).parser().parse(sample)
        if form == "pgaudit" and b"AUDIT: " not in sample:
            continue
        if parsed.count and parsed.unread <= parsed.count + parsed.passed:
            return form
    return "csv" if _csv(sample) else ""


def _parsed(fields: Mapping[str, str]) -> dict[str, Field]:
    return {role: Field.parse(text) for role, text in fields.items()}


def _guess(form: str, layout: str, sample: bytes) -> Mapping[str, str]:
    if form in KNOWN:
        return KNOWN[form]
    if form in WEB:
        _, names = (
            layouts.apache(layout or layouts.APACHE)
            if form == "apache"
            else layouts.nginx(layout or layouts.COMBINED)
        )
        found = {
            role: next((name for name in wanted if name in names), "")
            for role, wanted in _VARIABLES.items()
        }
        if found["url"]:
            found["person"] = f"{found['url']} ~ {_PERSON}"
        return {role: name for role, name in found.items() if name}
    if form == "json":
        return by_name(_flat(sample), "$.")
    if form == "csv":
        return by_name(_records(sample, layout), "")
    if form == "regex":
        names = layouts.groups(layout)[1]
        return by_name({name: [] for name in names if name}, "")
    return {}


def by_name(values: Mapping[str, Sequence[Any]], prefix: str) -> dict[str, str]:
    """Fields by the names they have, and the person and the moment by what they look like."""
    found: dict[str, str] = {}
    last = {name.rpartition(".")[2].lower(): name for name in reversed(list(values))}
    whole = {name.lower(): name for name in values}
    for role, names in _NAMES.items():
        for name in names.split():
            match = whole.get(name) or last.get(name)
            if match and match not in found.values():
                found[role] = match
                break
    for role, shape in (("person", _nirs), ("time", _moments)):
        shaped = [
            name for name, seen in values.items() if name not in found.values() and shape(seen)
        ]
        if role not in found and shaped:
            found[role] = shaped[0]
    return {role: prefix + name for role, name in found.items()}


def _nirs(seen: Sequence[Any]) -> bool:
    fit = sum(nir_shape(text) or nir13(text) for each in seen if (text := compact(str(each))))
    return fit * 5 >= len(seen) * 4 > 0


def _moments(seen: Sequence[Any]) -> bool:
    return bool(seen) and all(_MOMENT.match(str(each)) for each in seen)


def _flat(sample: bytes) -> dict[str, list[Any]]:
    """Values by dotted path, of the first objects of a JSON log."""
    found: dict[str, list[Any]] = {}

    def walk(one: Mapping[str, Any], before: str, depth: int) -> None:
        for key, value in one.items():
            if isinstance(value, dict) and depth < 4:
                walk(value, f"{before}{key}.", depth + 1)
            elif isinstance(value, str | int | float) and "." not in key and len(found) < 500:
                found.setdefault(before + key, []).append(value)

    for one in _objects(sample, prefixed=True):
        walk(one, "", 0)
    return found


def _objects(sample: bytes, *, prefixed: bool) -> Iterator[dict[str, Any]]:
    for line in list(_whole(sample))[:_SHOWN]:
        start = line.find(b"{") if prefixed else 0
        try:
            one = json.loads(line[max(0, start) :])
        except (ValueError, RecursionError):
            continue
        if isinstance(one, dict):
            yield one


def _json(sample: bytes, *, prefixed: bool) -> bool:
    lines = list(_whole(sample))[:_SHOWN]
    return sum(1 for _ in _objects(sample, prefixed=prefixed)) * 2 > len(lines)


def _keycloak(sample: bytes) -> bool:
    first = next(_objects(sample, prefixed=True), {})
    return {"realmId", "type", "time"} <= first.keys()


def _whole(sample: bytes) -> Iterator[bytes]:
    """Lines that were not cut by the end of the sample."""
    end = sample.rfind(b"\n") + 1 if len(sample) >= SAMPLE else len(sample)
    return iter(lines_of(sample[:end]))


def _records(sample: bytes, layout: str) -> dict[str, list[Any]]:
    text = sample.decode("utf-8", "backslashreplace")
    first, _, rest = ("", "", text) if layout else text.lstrip("\ufeff\r\n ").partition("\n")
    names = header(layout or first)
    parser = CsvLines({name: Field(name) for name in names}, layout or first)
    columns = parser.parse(rest.encode()).columns
    return {name: columns.get(name, [])[:_SHOWN] for name in names}


def _csv(sample: bytes) -> bool:
    """Whether the first line names columns and the next lines have as many."""
    lines = [line.decode("utf-8", "replace") for line in list(_whole(sample))[:20]]
    if len(lines) < 2 or not re.fullmatch(r"[\w .,;|\t\"@\ufeff-]+", lines[0]):
        return False
    mark = separator(lines[0])
    width = lines[0].count(mark)
    alike = sum(line.count(mark) == width for line in lines[1:])
    return width > 0 and alike * 2 > len(lines) - 1 and bool(by_name(_records(sample, ""), ""))


def _web(one: Mapped) -> Parser:
    return text_lines.web(one.fields, one.format, one.layout)


def _json_parser(one: Mapped) -> Parser:
    return JsonLines(one.fields, prefixed=one.prefixed)


_PARSERS: Final[Mapping[str, Any]] = {
    "json": _json_parser,
    "keycloak-json": _json_parser,
    "csv": lambda one: CsvLines(one.fields, one.layout),
    "regex": lambda one: text_lines.named(one.fields, one.layout, own=False),
    "haproxy": lambda one: text_lines.named(one.fields, layouts.HAPROXY),
    "keycloak": lambda one: text_lines.named(
        one.fields, text_lines.KEYCLOAK, passed=text_lines.STAMPED
    ),
    "pgaudit": lambda one: text_lines.pgaudit(one.fields, one.layout),
    "mariadb-audit": lambda one: text_lines.named(one.fields, text_lines.MARIADB),
}
