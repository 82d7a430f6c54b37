"""Files that should not be served, told by their content and never by a status alone."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin

from rempart.check import Reason, Unknown
from rempart.collectors.portal.pages import BUSY, values
from rempart.collectors.text import clean
from rempart.errors import CollectError, Limited, Truncated, Unreachable
from rempart.observations.http import ExposedFile

if TYPE_CHECKING:
    from rempart.transport.http import Answer, Session

_HEAD = 64 * 1024
_PATIENCE = 2  # connections cut in a row before the portal is left alone


class Signature(NamedTuple):
    """A path, what lies there, and what its first 64 KiB must hold; `page` where that is HTML.

    A panel behind a challenge is known by its own words on the refusal.
    """

    path: str
    kind: str
    content: re.Pattern[bytes]
    page: bool = False

    @property
    def statuses(self) -> tuple[int, ...]:
        """The statuses with which it is there."""
        return (200, 206, 401, 403) if self.kind == "panel" else (200, 206)


def _signature(path: str, kind: str, content: bytes, page: bool) -> Signature:
    return Signature(path, kind, re.compile(content, re.MULTILINE), page)


# Bounded repeats only: the text searched is the target's.
_SECRET = (
    rb"(?i)^(?:export )?[A-Z0-9_]{0,40}"
    rb"(?:SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|APP_KEY|DATABASE_URL)[A-Z0-9_]{0,40}\s?="
)
_DUMP = (
    rb"\A(?:--|/\*)[^\n]{0,200}(?:dump|backup)"
    rb"|^CREATE TABLE |^INSERT INTO |^COPY [^\n]{1,200} FROM stdin;"
)
_API = rb'"(?:swagger|openapi)"\s{0,9}:\s{0,9}"[23]'
_TABLE = (
    (".git/HEAD", "git", rb"\A(?:ref: refs/|[0-9a-f]{40}\s*\Z)", False),
    (".git/config", "git", rb"^\[core\]", False),
    (".svn/wc.db", "subversion", rb"\ASQLite format 3\0", False),
    (".env", "environment", _SECRET, False),
    (".env.production", "environment", _SECRET, False),
    (".aws/credentials", "credentials", rb"^\s?aws_secret_access_key\s?=", False),
    (".htpasswd", "credentials", rb"\A[^\s:<]{1,64}:(?:\$apr1\$|\$2[aby]\$|\{SHA\}|\$6\$)", False),
    ("id_rsa", "private key", rb"\A-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----", False),
    ("server.key", "private key", rb"\A-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----", False),
    ("backup.sql", "dump", _DUMP, False),
    ("dump.sql", "dump", _DUMP, False),
    ("backup.zip", "archive", rb"\APK\x03\x04", False),
    ("backup.tar.gz", "archive", rb"\A\x1f\x8b\x08", False),
    ("wp-config.php.bak", "configuration", rb"^\s?define\(\s?'DB_PASSWORD'", False),
    ("web.config", "configuration", rb"<system\.web(?:Server)?[ >]", False),
    ("docker-compose.yml", "configuration", rb"^services:", False),
    (".DS_Store", "listing", rb"\A\0\0\0\x01Bud1", False),
    ("phpinfo.php", "diagnosis", rb"<title>(?:phpinfo\(\)|PHP [0-9.]+ - phpinfo)", True),
    ("server-status", "diagnosis", rb"<title>Apache Status</title>", True),
    ("debug/pprof/", "diagnosis", rb"Types of profiles available", True),
    ("actuator/env", "diagnosis", rb'"propertySources"\s{0,9}:', False),
    ("metrics", "diagnosis", rb"^# TYPE [a-zA-Z_:][\w:]{0,200} (?:counter|gauge|histogram)", False),
    ("swagger.json", "interface description", _API, False),
    ("openapi.json", "interface description", _API, False),
    ("v3/api-docs", "interface description", _API, False),
    ("swagger-ui/index.html", "interface description", rb"<title>Swagger UI</title>", True),
    (".git/index", "git", rb"\ADIRC\0\0\0[\2-\4]", False),
    (".npmrc", "credentials", rb"^//[^\s]{1,200}:_(?:authToken|password)=", False),
    (
        ".vscode/sftp.json",
        "credentials",
        rb'"(?:password|privateKeyPath|remotePath)"\s{0,9}:',
        False,
    ),
    ("WEB-INF/web.xml", "configuration", rb"<web-app[ >]", False),
    ("appsettings.json", "configuration", rb'"ConnectionStrings"\s{0,9}:\s{0,9}\{', False),
    ("application.yml", "configuration", rb"^spring:|^\s{1,8}datasource:", False),
    ("crossdomain.xml", "configuration", rb'<allow-access-from\s{1,9}domain="\*"', False),
    (
        "error_log",
        "log",
        rb"^\[[^\]\n]{10,60}\] (?:PHP (?:Fatal|Warning|Notice)|\[[\w:]{1,20}\])",
        False,
    ),
    (
        "storage/logs/laravel.log",
        "log",
        rb"^\[\d{4}-\d\d-\d\d[^\]\n]{0,30}\] \w{1,20}\.[A-Z]{4,9}: ",
        False,
    ),
    ("elmah.axd", "diagnosis", rb"<title>Error log for ", True),
    ("trace.axd", "diagnosis", rb"<h1>Application Trace</h1>", True),
    ("server-info", "diagnosis", rb"<title>Server Information</title>", True),
    ("nginx_status", "diagnosis", rb"\AActive connections: \d", False),
    ("_profiler/empty/search/results", "diagnosis", rb"<title>[^<]{0,40}Symfony Profiler", True),
    ("actuator", "diagnosis", rb'"_links"\s{0,9}:\s{0,9}\{\s{0,9}"self"', False),
    ("jolokia/version", "diagnosis", rb'"agent"\s{0,9}:\s{0,9}"[\d.]{3,12}"', False),
    ("phpmyadmin/", "panel", rb"<title>phpMyAdmin|pma_username", True),
    ("adminer.php", "panel", rb"<title>[^<]{0,40}Adminer", True),
    ("pgadmin4/login", "panel", rb"<title>pgAdmin 4", True),
    ("manager/html", "panel", rb"tomcat-users\.xml|<title>/manager</title>", True),
    ("admin/login/", "panel", rb"<title>[^<]{0,60}Django|Django administration", True),
    ("wp-login.php", "panel", rb'name="wp-submit"', True),
    ("grafana/login", "panel", rb"grafanaBootData", True),
    ("jenkins/login", "panel", rb"<title>[^<]{0,40}Jenkins|j_spring_security_check", True),
    ("admin/master/console/", "panel", rb"<title>Keycloak Admin", True),
    ("auth/admin/master/console/", "panel", rb"<title>Keycloak Admin", True),
    ("h2-console/login.jsp", "panel", rb"<title>H2 Console", True),
    ("console/login/LoginForm.jsp", "panel", rb"<title>[^<]{0,60}WebLogic Server", True),
    ("solr/", "panel", rb"<title>Solr Admin", True),
    ("administrator/", "panel", rb"com_login", True),
)
SIGNATURES = tuple(
    _signature(path, kind, content, page=page) for path, kind, content, page in _TABLE
)


def exposed_files(session: "Session", base: str, absent: "Answer") -> Iterator[ExposedFile]:
    """One observation a path, seen or not seen. `absent` answered to a path that cannot exist."""
    over: CollectError | None = None
    failures = 0
    for signature in SIGNATURES:
        if over is not None:
            yield _file(signature, base, Unknown(over.reason, clean(str(over))))
            continue
        try:
            answer = session.get(urljoin(base, f"/{signature.path}"))
        except CollectError as error:
            failures += 1
            if not isinstance(error, Unreachable | Truncated) or failures == _PATIENCE:
                over = error
            yield _file(signature, base, Unknown(error.reason, clean(str(error))))
            continue
        failures = 0
        if answer.status == 429:
            over = Limited("the portal asked to slow down (429)")
        yield _file(signature, base, _found(signature, answer, absent), answer.status)


def holds(signature: Signature, answer: "Answer") -> bool:
    """Whether an answer is that kind of file."""
    if answer.status not in signature.statuses:
        return False
    head = answer.body[:_HEAD]
    html = "html" in " ".join(values(answer, "content-type")).lower() or _looks_html(head)
    return (signature.page or not html) and signature.content.search(head) is not None


def _found(signature: Signature, answer: "Answer", absent: "Answer") -> bool | Unknown:
    if holds(signature, answer):
        return not holds(signature, absent)
    if answer.status in BUSY:
        return Unknown(Reason.REFUSED, f"answered {answer.status}")
    if answer.status in (200, 206) and answer.truncated and len(answer.body) < _HEAD:
        return Unknown(Reason.TRUNCATED, "the answer was cut")
    return False


def _looks_html(head: bytes) -> bool:
    return re.match(rb"\s{0,99}(?:<!doctype html|<html)", head, re.IGNORECASE) is not None


def _file(
    signature: Signature, base: str, found: bool | Unknown, status: int | None = None
) -> ExposedFile:
    path = f"/{signature.path}"
    url = urljoin(base, path)
    return ExposedFile(path, signature.kind, found, status, key=path, source=url)
