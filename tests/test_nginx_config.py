import pytest

from rempart.check import Unknown
from rempart.collectors.nginx_config import directives, servers, tls_versions
from rempart.errors import Truncated

SERVER = "server {{ listen 443 ssl; server_name a.example; {} }}"


def offered(text: str, version: tuple[int, ...] | None = None) -> dict[str, object]:
    return {
        one.version: "?" if isinstance(one.offered, Unknown) else one.offered
        for one in tls_versions(text, "nginx.conf", version=version)
    }


def test_a_server_has_its_own_protocols_or_those_around_it() -> None:
    text = f"""http {{
      ssl_protocols TLSv1.2;
      {SERVER.format("ssl_protocols TLSv1 TLSv1.3;")}
      {SERVER.format("").replace("a.example", "b.example")}
    }}"""
    seen = [(one.key, one.line) for one in tls_versions(text, "nginx.conf") if one.offered is True]
    assert seen == [("a.example TLSv1", 3), ("a.example TLSv1.3", 3), ("b.example TLSv1.2", 2)]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (None, ["?", "?", True, "?"]),
        ((1, 22, 1), [True, True, True, False]),
        ((1, 26, 2), [True, True, True, True]),
        ((1, 27, 3), [False, False, True, True]),
    ],
)
def test_the_default_depends_on_the_version(
    version: tuple[int, ...] | None, expected: list[object]
) -> None:
    found = offered(f"http {{ {SERVER.format('')} }}", version)
    assert list(found.values())[1:] == expected


def test_a_fragment_or_an_include_leaves_it_open() -> None:
    assert set(offered(SERVER.format("")).values()) == {"?"}
    text = f"http {{ {SERVER.format('include snippets/tls.conf;')} }}"
    assert set(offered(text).values()) == {"?"}


def test_an_include_that_is_there_is_followed() -> None:
    text = f"http {{ {SERVER.format('include snippets/tls.conf;')} }}"
    (one, *_) = servers(text, "nginx.conf", lambda _: [("tls.conf", "\nssl_protocols TLSv1.3;")])
    assert one.protocols is not None
    assert (one.protocols.file, one.protocols.line) == ("tls.conf", 2)


def test_includes_in_a_ring_end() -> None:
    text = f"http {{ include x; {SERVER.format('')} }}"
    found = list(servers(text, "nginx.conf", lambda _: [("x", "include x; include x;")]))
    assert len(found) == 1


def test_servers_without_tls_are_left_out() -> None:
    assert list(servers("http { server { listen 80; ssl_protocols TLSv1; } }", "a")) == []


def test_quotes_comments_variables_and_lua_are_no_blocks() -> None:
    text = """http {
      log_format x '{"a": "$b"}'; # } {
      map $a ${b} { default "}"; }
      content_by_lua_block { if x then y = "{" .. "}" end }
      server { listen 443 ssl; ssl_protocols TLSv1.3; }
    }"""
    (block,) = directives(text, "a").all("http")
    names = [one.name for one in block.inside]
    assert names == ["log_format", "map", "server"]
    assert block.inside[-1].line == 5


@pytest.mark.parametrize(
    "text", ["http {", "}", "server { listen 443", "a 'b", "{ }", "a {" * 100 + "}" * 100]
)
def test_what_is_cut_or_garbled_is_said(text: str) -> None:
    with pytest.raises(Truncated):
        directives(text, "a")


def test_a_template_is_not_decided() -> None:
    assert set(offered(SERVER.format("ssl_protocols $tls;")).values()) == {"?"}


def test_names_of_protocols_are_read_in_any_case() -> None:
    found = offered(SERVER.format('ssl_protocols tlsv1 "TLSV1.2";'))
    assert [version for version, there in found.items() if there] == ["TLSv1", "TLSv1.2"]


@pytest.mark.parametrize(
    ("include", "expected"), [("snippets/tls.conf", {"?"}), ("proxy_params", {False, True})]
)
def test_an_include_may_override_what_is_inherited(include: str, expected: set[object]) -> None:
    text = f"http {{ ssl_protocols TLSv1.2; {SERVER.format(f'include {include};')} }}"
    assert set(offered(text).values()) == expected


def test_a_byte_order_mark_is_no_word() -> None:
    text = f"\ufeffhttp {{ {SERVER.format('ssl_protocols TLSv1.3;')} }}"
    assert offered(text)["TLSv1.3"] is True
