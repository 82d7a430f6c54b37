"""Pipelines of GitHub and GitLab: what their variables and scripts give away."""

import pytest

from rempart.check import Observation
from rempart.collectors.repository.pipelines import pipeline
from rempart.errors import ContentErrors
from rempart.observations.exposure import LiteralSecret
from rempart.observations.transit import PeerVerification

GITHUB = """on: push
env: {DB_PASSWORD: Zulu77horse, OK_TOKEN: "${{ secrets.X }}"}
jobs:
  build:
    services: {pg: {image: postgres, env: {POSTGRES_PASSWORD: Zulu77horse}}}
    env: {NODE_TLS_REJECT_UNAUTHORIZED: "0"}
    steps:
      - uses: docker/login-action@v3
        with: {username: u, password: Zulu77horse}
      - name: go
        run: |
          curl --insecure https://x
          docker login -u a --password "${{ secrets.P }}"
"""
GITLAB = """variables: {API_TOKEN: abc123def456, SAFE: "$SECRET"}
stages: [a]
build:
  variables: {KEY_PASSWORD: {value: Zulu77horse, description: x}}
  script:
    - curl -k https://x
    - mysqldump -p"$PASSWORD" x
"""


def seen(path: str, text: str) -> list[Observation]:
    return list(pipeline(path, text.encode()))


def literal(found: list[Observation]) -> dict[str, object]:
    return {one.key: one.literal for one in found if isinstance(one, LiteralSecret)}


def test_workflows_of_github_are_read() -> None:
    found = seen(".github/workflows/a.yml", GITHUB)
    assert literal(found) == {
        "env.DB_PASSWORD": True,
        "env.OK_TOKEN": False,
        "jobs.build / step#1.with.password": True,
        "jobs.build / go docker --password": False,
    }
    unverified = [one.key for one in found if isinstance(one, PeerVerification)]
    assert unverified == ["jobs.build.env", "jobs.build / go"]
    assert "Zulu77" not in repr(found)


def test_pipelines_of_gitlab_are_read() -> None:
    found = seen(".gitlab-ci.yml", GITLAB)
    assert literal(found) == {
        "variables.API_TOKEN": True,
        "build.variables.KEY_PASSWORD": True,
        "build.script mysqldump -p": False,
    }
    assert [one.key for one in found if isinstance(one, PeerVerification)] == ["build.script"]


@pytest.mark.parametrize(
    "text", ["", "[]", "jobs: 3", "jobs: {a: {steps: [1, {run: 3}]}}", "a: {script: 3}"]
)
def test_odd_shapes_are_passed_over(text: str) -> None:
    assert seen("a.yml", text) == []


def test_a_bomb_ends() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{after}: &{after} [*{before}, *{before}]\n"
        for before, after in zip("abcdefghijklmnopqrst", "bcdefghijklmnopqrstu", strict=True)
    )
    with pytest.raises(ContentErrors):
        seen("a.yml", bomb)
