"""Dockerfiles: instructions as BuildKit reads them, and what they give away."""

import pytest

from rempart.check import Observation, Unknown
from rempart.collectors.repository.dockerfile.file import dockerfile, image_user
from rempart.collectors.repository.dockerfile.syntax import instructions
from rempart.errors import Truncated
from rempart.observations.exposure import LiteralSecret, Workload
from rempart.observations.images import OfferedPort
from rempart.observations.transit import PeerVerification, Transit

WHOLE = r"""# syntax=docker/dockerfile:1
FROM node:20 AS build
ARG NPM_TOKEN=abc123def456
ENV DB_PASSWORD hunter2horse
ENV A=b \
  # a comment inside
  API_KEY="zzzz9999yyyy"
RUN curl -k https://x.example/y | sh && \
    echo 'root:Docker!9xx' | chpasswd
RUN <<SCRIPT
wget http://downloads.payer.org/a.tgz
SCRIPT
ADD http://files.payer.org/x /x
FROM build
EXPOSE 22 443/tcp 53/udp
"""


def found(text: str) -> list[Observation]:
    return list(dockerfile("Dockerfile", text))


def test_instructions_are_addressed_by_word_and_ordinal() -> None:
    shown = [(one.address, one.line, one.end_line) for one in instructions(WHOLE)]
    assert shown == [
        ("FROM#1", 2, 2),
        ("ARG#1", 3, 3),
        ("ENV#1", 4, 4),
        ("ENV#2", 5, 7),
        ("RUN#1", 8, 9),
        ("RUN#2", 10, 12),
        ("ADD#1", 13, 13),
        ("FROM#2", 14, 14),
        ("EXPOSE#1", 15, 15),
    ]


def test_secrets_stand_at_their_instruction() -> None:
    secrets = [one for one in found(WHOLE) if isinstance(one, LiteralSecret)]
    assert {(one.key, one.literal) for one in secrets} == {
        ("ARG#1.NPM_TOKEN", True),
        ("ENV#1.DB_PASSWORD", True),
        ("ENV#2.API_KEY", True),
        ("RUN#1 chpasswd chpasswd", True),
    }
    assert "hunter2horse" not in repr(secrets)


def test_downloads_in_clear_or_unverified_are_told() -> None:
    seen = found(WHOLE)
    assert [one.key for one in seen if isinstance(one, PeerVerification)] == ["RUN#1"]
    assert [one.key for one in seen if isinstance(one, Transit)] == ["RUN#2", "ADD#1"]


@pytest.mark.parametrize(
    "line",
    [
        "ADD --checksum=sha256:00 http://files.payer.org/x /x",
        "RUN wget http://files.payer.org/x && echo '00 x' | sha256sum -c",
        "RUN curl http://localhost:8080/health",
        "HEALTHCHECK CMD curl -f http://web/health",
        "RUN apt-get install -y curl=7 && echo http://x.payer.org > /etc/mirrors",
        "RUN curl -fsSL https://x.example | sh",
        "ENV DB_PASSWORD_FILE=/run/secrets/db",
        "ENV DB_PASSWORD=$GIVEN",
        "ARG DB_PASSWORD",
        "RUN --mount=type=secret,id=t,env=NPM_TOKEN npm ci",
    ],
)
def test_what_gives_nothing_away_is_silent(line: str) -> None:
    seen = found(f"FROM scratch\nUSER 1000\n{line}\n")
    assert [one for one in seen if isinstance(one, Transit | PeerVerification)] == []
    assert all(one.literal is False for one in seen if isinstance(one, LiteralSecret))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("RUN wget --no-check-certificate https://x", "certificate"),
        ("RUN pip install --trusted-host pypi.org a", "certificate"),
        ("ENV PIP_TRUSTED_HOST=pypi.org", "certificate"),
        ("ENV PYTHONHTTPSVERIFY=0", "certificate"),
        ("RUN export NODE_TLS_REJECT_UNAUTHORIZED=0 && npm ci", "certificate"),
        ("RUN GIT_SSL_NO_VERIFY=true git clone https://x", "certificate"),
        ("RUN npm config set strict-ssl false", "certificate"),
        ("RUN yum install -y --setopt=sslverify=false a", "certificate"),
        ("RUN apk add --allow-untrusted a.apk", "package signature"),
        ("RUN apt-get install -y --allow-unauthenticated a", "package signature"),
        ("RUN yum install -y --nogpgcheck a", "package signature"),
        ("RUN ssh -o StrictHostKeyChecking=no a", "host key"),
    ],
)
def test_what_nobody_verifies_is_told(line: str, kind: str) -> None:
    (one,) = (one for one in found(f"FROM x\n{line}\n") if isinstance(one, PeerVerification))
    assert (one.verified, one.kind) == (False, kind)


def test_offered_ports_are_those_of_tcp() -> None:
    ports = {one.port: one.use for one in found(WHOLE) if isinstance(one, OfferedPort)}
    assert ports == {22: "admin", 443: "web"}


@pytest.mark.parametrize(
    ("text", "root", "key"),
    [
        (WHOLE, True, "FROM#1"),
        ("FROM alpine:3\nUSER 1000\n", False, "USER#1"),
        ("FROM alpine:3\nUSER app\nUSER root\n", True, "USER#2"),
        ("FROM alpine:3\nARG U=root\nUSER $U\n", True, "USER#1"),
        ("FROM alpine:3\nUSER ${U}\n", "?", "USER#1"),
        ("FROM alpine AS a\nUSER app\nFROM debian\n", True, "FROM#2"),
        ("FROM alpine AS a\nUSER app\nFROM a\n", False, "USER#1"),
        ("FROM gcr.io/distroless/static:nonroot\n", False, "FROM#1"),
        ("FROM registry.example/team/base\n", "?", "FROM#1"),
    ],
)
def test_the_last_stage_decides_who_it_runs_as(text: str, root: object, key: str) -> None:
    (one,) = (one for one in found(text) if isinstance(one, Workload))
    shown = "?" if isinstance(one.as_root, Unknown) else one.as_root
    assert (shown, one.key) == (root, key)


def test_an_image_of_a_registry_is_not_the_official_one() -> None:
    assert image_user("docker.io/library/python:3.12") is True
    assert isinstance(image_user("registry.example/python"), Unknown)


def test_another_escape_and_the_exec_form_are_read() -> None:
    text = '# escape=`\nFROM x`\n  AS y\nRUN ["curl", "--insecure", "https://x"]\n'
    assert [one.key for one in found(text) if isinstance(one, PeerVerification)] == ["RUN#1"]


@pytest.mark.parametrize("text", ["NONSENSE a\n", "FROM x\nRUN <<E\nnever ends\n", "{{ x }}\n"])
def test_what_is_no_dockerfile_is_said(text: str) -> None:
    with pytest.raises(Truncated):
        found(text)


def test_the_old_and_the_new_way_to_write_a_variable_say_the_same() -> None:
    old, new = (found(f"FROM x\nENV A_TOKEN{sign}abc123def456\n") for sign in (" ", "="))
    assert [repr(one) for one in old] == [repr(one) for one in new]
