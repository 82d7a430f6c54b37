"""Elasticsearch, OpenSearch and Kibana: their YAML settings.

Source: Elasticsearch 8 guide, security settings (security is on by default since 8.0, off before);
OpenSearch security plugin, opensearch.yml.
"""

from collections.abc import Iterator

from rempart.check import Observation
from rempart.collectors.repository.places import secret
from rempart.collectors.repository.secrets.given import kind_of, written
from rempart.collectors.repository.servers.lines import Text
from rempart.collectors.repository.servers.trees import Tree, plain, trees
from rempart.collectors.repository.servers.versions import listed, offered
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import PeerVerification, Transit

YES = {"true": True, "false": False}
NO = {"true": False, "false": True}
HTTP = (
    ("xpack.security.http.ssl.enabled", "search"),
    ("plugins.security.ssl.http.enabled", "search"),
    ("opendistro_security.ssl.http.enabled", "search"),
    ("server.ssl.enabled", "web application"),
)
UNVERIFIED = (
    "xpack.security.http.ssl.verification_mode",
    "xpack.security.transport.ssl.verification_mode",
    "elasticsearch.ssl.verificationMode",
    "opensearch.ssl.verificationMode",
)


def search_settings(text: Text) -> Iterator[Observation]:
    """What elasticsearch.yml, opensearch.yml or kibana.yml decides."""
    for tree in trees(text):
        yield from _guarded(text, tree)
        for name, kind in HTTP:
            decided = tree.decided((name,), YES, None)
            if decided is not None:
                stamp = text.place(decided.line).stamp(text.path)
                yield Transit(kind, decided.value, decided.words, **stamp)
                break
        for name in UNVERIFIED:
            decided = tree.decided(
                (name,), {"none": False, "full": True, "certificate": True}, None
            )
            if decided is not None:
                stamp = text.place(decided.line).stamp(text.path)
                yield PeerVerification("certificate", decided.value, decided.words, **stamp)
        for leaf in tree.leaves.values():
            if leaf.name.lower().endswith("supported_protocols"):
                words = [word.strip("[] ") for word in plain(leaf.value).split(",")]
                yield from offered(text, listed(words), leaf.line)
                break
        yield from tree_secrets(text, tree)


def _guarded(text: Text, tree: Tree) -> Iterator[SignIn]:
    found = [
        tree.decided(("xpack.security.enabled",), YES, None),
        tree.decided(("plugins.security.disabled", "opendistro_security.disabled"), NO, None),
        tree.decided(("opensearch_security.auth.anonymous_auth_enabled",), NO, None),
    ]
    anonymous = next(
        (
            leaf
            for name, leaf in tree.leaves.items()
            if name.startswith("xpack.security.authc.anonymous.roles")
        ),
        None,
    )
    if anonymous is not None:
        stamp = text.place(anonymous.line).stamp(text.path)
        yield SignIn("anonymous", False, anonymous.shown, **stamp)
        return
    decided = next((one for one in found if one is not None), None)
    if decided is not None:
        stamp = text.place(decided.line).stamp(text.path)
        yield SignIn("anonymous", decided.value, decided.words, **stamp)


def tree_secrets(text: Text, tree: Tree) -> Iterator[Observation]:
    """The secrets among the settings of a YAML file."""
    for leaf in tree.leaves.values():
        kind = kind_of(leaf.name.rpartition(".")[2]) or kind_of(leaf.name)
        literal = written(plain(leaf.value)) if kind and not isinstance(leaf.value, bool) else None
        if literal is not None:
            place = text.place(leaf.line)
            key = f"{text.path} {leaf.name}"
            yield secret(kind, key, literal, place, plain(leaf.value), leaf.name)
