import base64
from typing import Final

import pytest

from rempart.collectors.repository.secrets.patterns import compiled
from rempart.collectors.repository.secrets.rules import own
from rempart.collectors.repository.secrets.search import Search
from rempart.collectors.repository.secrets.words import PART, words
from tests.made_up import made

PAIR: Final = base64.b64encode(b"deploy:" + made("<a:14>").encode()).decode()

# For each rule: a file, a text with a secret made up while the test runs, and one without.
# fmt: off
CASES: Final[dict[str, tuple[str, str, str]]] = {
    "aws-access-key-id": ("a.ini", "id = AKIA<B:16>", "id = AKIAIOSFODNN7EXAMPLE"),
    "aws-secret-access-key": ("a.ini", "aws_secret_access_key = <s:40>",
                              "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    "aws-session-token": ("a.ini", "aws_session_token=IQoJ<s:160>",
                          "aws_session_token=IQoJb3JpZ2lu"),
    "aws-bedrock-key": ("a.ini", "k: ABSK<s:120>", "k: ABSKEY"),
    "azure-storage-key": ("a.txt", "AccountName=x;AccountKey=<s:86>==;",
                          "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/"
                          "K1SZFPTOtr/KBHBeksoGMGw=="),
    "azure-identifiable-key": ("a.txt", "k <a:76>+ASt<a:5>A==", "k <a:76>AStX<a:5>A=="),
    "azure-shared-access-key": ("a.txt", "SharedAccessKeyName=r;SharedAccessKey=<s:43>=",
                                "SharedAccessKey=<s:12>="),
    "azure-sas": ("a.txt", "https://x.blob.core.windows.net/c?sv=2024-11-04&se=2026-01-01&sig=<a:43>%3D",
                  "https://x.example/?version=3&sig=short"),
    "azure-client-secret": ("a.txt", "secret <a:3>8Q~<a:34>", "secret <a:3>8Q-<a:34>"),
    "azure-devops-pat": ("a.txt", "pat <a:76>AZDO<a:4>", "pat <a:70>AZDO<a:4>"),
    "gcp-api-key": ("a.js", "var k = 'AIza<a:35>'", "var k = 'AIza<a:20>'"),
    "gcp-oauth-secret": ("a.json", '"s": "GOCSPX-<a:28>"', '"s": "GOCSPX-<a:12>"'),
    "gcp-access-token": ("a.log", "token ya29.<a:120>", "token ya29.short"),
    "ovh-secret": ("ovh.conf", "application_secret=<a:32>", "application_secret=<a:16>"),
    "scaleway-access-key": ("a.yaml", "k: SCW<U:17>", "k: SCWXXXXXXXXXXXXXXXXX"),
    "scaleway-secret-key": ("a.sh", "export SCW_SECRET_KEY=<u:1>",
                            "export SCW_SECRET_KEY=11111111-1111-1111-1111-111111111111"),
    "outscale-secret-key": ("a.sh", "export OSC_SECRET_KEY=<U:40>", "export OSC_SECRET_KEY=$KEY"),
    "digitalocean-token": ("a.md", "dop_v1_<x:64>", "dop_v1_<x:20>"),
    "alibaba-access-key-id": ("a.md", "LTAI<a:20>", "LTAI<a:4>"),
    "cloudflare-token": ("a.md", "CLOUDFLARE_API_TOKEN=<a:40>", "CLOUDFLARE_API_TOKEN=<a:12>"),
    "heroku-key": ("a.md", "HEROKU_API_KEY=<u:1>", "HEROKU_APP=<l:12>"),
    "github-token": ("a.md", "ghp_<a:36>", "ghp_<a:12>"),
    "github-fine-grained": ("a.md", "github_pat_<a:22>_<a:59>", "github_pat_<a:22>"),
    "gitlab-token": ("a.md", "glpat-<a:20>", "glpat-<a:6>"),
    "bitbucket-token": ("a.md", "ATBB<a:32>", "ATBB<a:6>"),
    "npm-token": ("a.md", "npm_<a:36>", "npm_config_registry_of_the_company_proxy"),
    "npmrc-auth": (".npmrc", "//r.example/:_authToken=<l:24>",
                   "//r.example/:_authToken=${NPM_TOKEN}"),
    "pypi-token": ("a.md", "pypi-AgEIcHlwaS5vcmc<a:80>", "pypi-AgEIcHlwaS5vcmc"),
    "rubygems-token": ("a.md", "rubygems_<x:48>", "rubygems_<x:8>"),
    "nuget-key": ("a.md", "oy2<l:43>", "oy2<l:10>"),
    "docker-token": ("a.md", "dckr_pat_<a:27>", "dckr_pat_<a:5>"),
    "docker-auth": ("config.json", f'{{"auths": {{"r": {{"auth": "{PAIR}"}}}}}}',
                    '{"auths": {"r": {"auth": "c29tZXRoaW5nZWxzZQ=="}}}'),
    "artifactory-token": ("a.md", "AKCp<a:69>", "AKCp<a:9>"),
    "terraform-cloud-token": ("a.md", "<a:14>.atlasv1.<a:64>", "<a:14>.atlasv1.<a:6>"),
    "pulumi-token": ("a.md", "pul-<x:40>", "pul-<x:6>"),
    "sonar-token": ("a.md", "squ_<x:40>", "squ_<x:6>"),
    "slack-token": ("a.md", "xoxb-<d:11>-<d:11>-<a:24>", "xoxb-your-token"),
    "slack-webhook": ("a.md", "https://hooks.slack.com/services/T<U:9>/B<U:9>/<a:24>",
                      "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"),
    "teams-webhook": ("a.md", "https://x.webhook.office.com/webhookb2/<u:1>@<u:1>/IncomingWebhook/<x:32>/<u:1>",
                      "https://x.webhook.office.com/webhookb2/"),
    "discord-webhook": ("a.md", "https://discord.com/api/webhooks/<d:18>/<a:68>",
                        "https://discord.com/api/webhooks/<d:18>/token"),
    "telegram-token": ("a.md", "bot <d:10>:AA<a:33>", "bot <d:10>:AA<a:5>"),
    "stripe-key": ("a.md", "sk_live_<a:24>", "sk_test_4eC39HqLyjWDarjtT1zdp7dc"),
    "twilio-key": ("a.md", "TWILIO_AUTH_TOKEN=<x:32>", "TWILIO_AUTH_TOKEN=<x:6>"),
    "sendgrid-key": ("a.md", "SG.<a:22>.<a:43>", "SG.<a:22>"),
    "mailgun-key": ("a.md", "mailgun key-<x:32>", "mailgun key-<x:6>"),
    "mailchimp-key": ("a.md", "<x:32>-us12", "<x:8>-us12"),
    "mailjet-key": ("a.md", "MJ_APIKEY_PRIVATE=<x:32>", "MJ_APIKEY_PRIVATE=<x:6>"),
    "brevo-key": ("a.md", "xkeysib-<x:64>-<a:16>", "xkeysib-<x:6>"),
    "shopify-token": ("a.md", "shpat_<x:32>", "shpat_<x:6>"),
    "square-token": ("a.md", "sq0csp-<a:43>", "sq0csp-<a:6>"),
    "putty-key": ("a.ppk", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: k",
                  "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nComment: k"),
    "age-key": ("a.txt", "AGE-SECRET-KEY-1<n:58>", "AGE-SECRET-KEY-1"),
    "openvpn-static-key": ("ta.key", "-----BEGIN OpenVPN Static key V1-----\n<x:32>\n",
                           "-----BEGIN OpenVPN Static key V1-----\n"),
    "wireguard-key": ("wg0.conf", "[Interface]\nPrivateKey = <s:43>=",
                      "[Peer]\nPublicKey = <s:43>="),
    "kubeconfig-key": ("a.txt", "    client-key-data: LS0tLS1CRUdJTi<a:200>",
                       "    client-key-data: DATA+OMITTED"),
    "jwk-private": ("a.txt", '{"kty": "EC", "x": "<a:43>", "d": "<a:43>"}',
                    '{"kty": "EC", "x": "<a:43>", "y": "<a:43>"}'),
    "jwt": ("a.txt", "eyJ<a:30>.eyJ<a:60>.<a:43>",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0"
            ".<a:43>"),
    "authorization-header": ("a.txt", "Authorization: Bearer <a:40>",
                             "Authorization: Bearer <token>"),
    "curl-credential": ("a.txt", "curl -u deploy:<a:12> https://x", "curl -u deploy:$PASSWORD https://x"),
    "vault-token": ("a.txt", "hvs.<a:90>", "hvs.<a:5>"),
    "consul-token": ("a.txt", "CONSUL_HTTP_TOKEN=<u:1>", "CONSUL_HTTP_ADDR=127.0.0.1:8500"),
    "kubernetes-bootstrap-token": ("a.txt", "kubeadm join 10.0.0.1:6443 --token <l:6>.<l:16>",
                                   "kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef"),
    "keycloak-client-secret": ("realm.json", '{"clientId": "portal", "secret": "<a:32>"}',
                               '{"clientId": "portal", "secret": "**********"}'),
    "openai-key": ("a.txt", "sk-proj-<a:60>T3BlbkFJ<a:60>", "sk-proj-<a:10>"),
    "anthropic-key": ("a.txt", "sk-ant-api03-<a:93>AA", "sk-ant-api03-..."),
    "huggingface-token": ("a.txt", "hf_<a:34>", "hf_<a:6>"),
    "grafana-token": ("a.txt", "glsa_<a:32>_<x:8>", "glsa_<a:6>"),
    "newrelic-key": ("a.txt", "NRAK-<U:27>", "NRAK-<U:6>"),
    "datadog-key": ("a.txt", "DD_API_KEY=<x:32>", "DD_API_KEY=<x:6>"),
    "sentry-token": ("a.txt", "sntryu_<x:64>", "sntryu_<x:6>"),
    "databricks-token": ("a.txt", "dapi<x:32>", "dapi<x:6>"),
    "doppler-token": ("a.txt", "dp.pt.<a:43>", "dp.pt.<a:6>"),
    "tailscale-key": ("a.txt", "tskey-auth-<a:12>-<a:32>", "tskey-auth-<a:3>"),
    "onepassword-token": ("a.txt", "ops_eyJ<a:200>", "ops_eyJ<a:5>"),
    "postman-key": ("a.txt", "PMAK-<x:24>-<x:34>", "PMAK-<x:4>"),
    "dynatrace-token": ("a.txt", "dt0c01.<U:24>.<U:64>", "dt0c01.<U:4>"),
    "url-password": ("a.yaml", "url: postgresql://app:<a:14>@db:5432/claims",
                     "url: postgresql://app:${DB_PASSWORD}@db:5432/claims"),
    "jdbc-password": ("a.xml", "jdbc:oracle:thin:@//db/claims?user=app&password=<a:12>",
                      "jdbc:oracle:thin:@//db/claims?user=app&password=${pw}"),
    "connection-string": ("a.cs", 'c = "Server=db;Database=claims;User Id=app;Password=<a:12>;";',
                          'c = "Server=db;Database=claims;Integrated Security=true;";'),
    "database-command": ("a.sh", "mysqldump -u root -p<a:10> claims",
                         "mysqldump -u root -p claims"),
    "shell-credential": ("a.sh", "sshpass -p '<a:12>' ssh app@host",
                         'sshpass -p "$PASSWORD" ssh app@host'),
    "pgpass": (".pgpass", "db:5432:claims:app:<a:12>",
               "# hostname:port:database:username:password"),
    "netrc": (".netrc", "machine x login deploy password <a:12>", "machine x login deploy"),
    "htpasswd": (".htpasswd", "app:$apr1$<a:8>$<a:22>", "app"),
    "shadow-hash": ("a.yaml", 'crypted: "$6$<a:16>$<a:86>"', 'crypted: "$6$"'),
    "laravel-key": ("a.txt", "APP_KEY=base64:<s:43>=", "APP_KEY="),
    "rails-master-key": ("config/master.key", "<x:32>", "<x:12>"),
    "haproxy-password": ("haproxy.cfg", "  stats auth admin:<a:12>", "  stats auth admin:${STATS}"),
    "sql-password": ("a.sql", "CREATE USER app IDENTIFIED BY '<a:12>';",
                     "CREATE USER app IDENTIFIED BY '${PASSWORD}';"),
}
# fmt: on
SEARCH: Final = Search(own())


def rules_found(search: Search, path: str, text: str) -> set[str]:
    return {one.rule for one in search.secrets(path, text.encode()) if one.literal is True}


def test_each_rule_has_a_case_and_each_case_a_rule() -> None:
    assert sorted(CASES) == sorted(rule.id for rule in own())


@pytest.mark.parametrize("id_", sorted(CASES))
def test_a_rule_finds_its_secret_and_not_what_looks_like_it(id_: str) -> None:
    path, holds, holds_not = CASES[id_]
    for seed in range(8):
        assert id_ in rules_found(SEARCH, path, made(holds, seed)), made(holds, seed)
        assert id_ not in rules_found(SEARCH, path, made(holds_not, seed))


@pytest.mark.parametrize("id_", sorted(CASES))
def test_a_secret_is_found_between_other_lines_and_once(id_: str) -> None:
    path, holds, _ = CASES[id_]
    text = f"# a remark\n\n{made(holds)}\n\nlast line\n"
    found = [one for one in SEARCH.secrets(path, text.encode()) if one.literal is True]
    lines = [one.line for one in found if one.rule == id_]
    assert len(lines) == 1
    assert min(one.line or 0 for one in found) >= 3
    assert len({one.line for one in found}) == len(found)


def test_python_and_re2_find_the_same() -> None:
    pytest.importorskip("re2")
    plain = Search(own(), engine="python", linear_time=False)
    for path, holds, holds_not in CASES.values():
        for text in (made(holds), made(holds_not)):
            assert rules_found(plain, path, text) == rules_found(SEARCH, path, text)


@pytest.mark.parametrize("engine", ["hyperscan", "ahocorasick_rs"])
def test_every_engine_finds_the_same_keywords(engine: str) -> None:
    pytest.importorskip(engine)
    other = Search(own(), engine=engine)
    plain = Search(own(), engine="python")
    for path, holds, _ in CASES.values():
        assert rules_found(other, path, made(holds)) == rules_found(plain, path, made(holds))


@pytest.mark.parametrize("rule", own(), ids=lambda rule: str(rule.id))
def test_a_rule_is_written_for_both_engines(rule: object) -> None:
    assert hasattr(rule, "pattern")
    for pattern in filter(None, (rule.pattern, rule.paths, rule.beside)):  # type: ignore[attr-defined]
        assert compiled(pattern, False).groups >= 0


def test_only_rules_for_certain_files_go_without_a_keyword() -> None:
    assert all(rule.keywords or rule.paths for rule in own())
    assert all(word == word.lower() for rule in own() for word in rule.keywords)


@pytest.mark.parametrize("engine", ["hyperscan", "ahocorasick_rs", "python"])
def test_words_within_and_after_each_other_are_all_found(engine: str) -> None:
    if engine != "python":
        pytest.importorskip(engine)
    sought = [b"pass", b"password", b"wo", b"word", b"-us", b"sword", b"a.b*"]
    found = sorted(words(sought, engine).hits(b"passwordpass -us a.b* axb"))
    assert found == [(0, 0), (0, 8), (1, 0), (2, 4), (3, 4), (4, 13), (5, 3), (6, 17)]
    large = b"." * (PART - 3) + b"password" + b"." * PART + b"-us"
    ends = [
        (0, PART - 3),
        (1, PART - 3),
        (2, PART + 1),
        (3, PART + 1),
        (4, 2 * PART + 5),
        (5, PART),
    ]
    assert sorted(words(sought, engine).hits(large)) == ends
