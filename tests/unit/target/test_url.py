from pathlib import Path

import pytest

from bootstrap.problems import TargetError
from bootstrap.target.tls import BUNDLE
from bootstrap.target.url import parse_url


def test_postgresql_over_tcp_verifies_against_the_packaged_bundle_by_default() -> None:
    target = parse_url("postgresql://app@db.example.com/orders", {})
    endpoint = target.endpoint
    assert (endpoint.engine, endpoint.host, endpoint.port) == ("postgresql", "db.example.com", 5432)
    assert (endpoint.database, endpoint.username, endpoint.password) == ("orders", "app", None)
    assert (endpoint.tls_mode, endpoint.ca_file) == ("verify-full", str(BUNDLE))
    assert target.warnings == ()


@pytest.mark.parametrize(
    ("url", "engine", "socket", "port"),
    [
        ("postgresql://u@/db?host=/var/run/Pg&port=5433", "postgresql", "/var/run/Pg", 5433),
        ("postgresql://u@%2Fvar%2Frun%2FPg:5433/db", "postgresql", "/var/run/Pg", 5433),
        ("mysql://u@localhost/db?unix_socket=/run/My.sock", "mysql", "/run/My.sock", 3306),
        ("mysql://u@localhost/db?socket=%2Frun%2FMy.sock", "mysql", "/run/My.sock", 3306),
    ],
)
def test_a_socket_has_no_tls(url: str, engine: str, socket: str, port: int) -> None:
    endpoint = parse_url(url, {}).endpoint
    assert (endpoint.engine, endpoint.socket, endpoint.port) == (engine, socket, port)
    assert (endpoint.tls_mode, endpoint.ca_file, endpoint.host) == ("disable", None, "")


@pytest.mark.parametrize(
    ("written", "mode"),
    [("verify_identity", "verify-full"), ("VERIFY_CA", "verify-ca"), ("REQUIRED", "require"), ("DISABLED", "disable")],
)
def test_the_mysql_clients_names_of_tls_modes(written: str, mode: str) -> None:
    assert parse_url(f"mysql://u@h/d?ssl-mode={written}", {}).endpoint.tls_mode == mode
    assert parse_url(f"mysql://u@h/d?sslmode={mode}", {}).endpoint.tls_mode == mode


def test_every_part_may_be_percent_encoded() -> None:
    url = "mysql+pymysql://us%40er:p%2Fw%3A%25@h:3307/my%2Fdb"
    endpoint = parse_url(url, {}).endpoint
    assert (endpoint.username, endpoint.password, endpoint.database) == ("us@er", "p/w:%", "my/db")


def test_a_password_in_the_url_works_and_is_warned_about() -> None:
    target = parse_url("postgresql://u:inline-pw@h/d", {"DB_BOOTSTRAP_PASSWORD": "from-environment"})
    assert target.endpoint.password == "inline-pw"
    assert len(target.warnings) == 1
    assert "DB_BOOTSTRAP_PASSWORD" in target.warnings[0]
    assert "inline-pw" not in repr(target)


def test_the_password_comes_from_the_environment() -> None:
    target = parse_url("postgresql://u@h/d", {"DB_BOOTSTRAP_PASSWORD": "from-environment"})
    assert (target.endpoint.password, target.warnings) == ("from-environment", ())


def test_encryption_without_verification_is_warned_about() -> None:
    assert "verify-full" in parse_url("postgresql://u@h/d?sslmode=require", {}).warnings[0]


def test_the_ca_file_of_the_environment_wins(tmp_path: Path) -> None:
    for name in ("a.pem", "b.pem"):
        (tmp_path / name).write_text("-----BEGIN CERTIFICATE-----\n")
    url = f"postgresql://u@h/d?sslrootcert={tmp_path}/a.pem"
    assert parse_url(url, {}).endpoint.ca_file == f"{tmp_path}/a.pem"
    overridden = parse_url(url, {"DB_BOOTSTRAP_CA_FILE": f"{tmp_path}/b.pem"})
    assert overridden.endpoint.ca_file == f"{tmp_path}/b.pem"


def test_ipv6_and_the_time_to_wait() -> None:
    target = parse_url("postgresql://u@[::1]:5433/d?connect_timeout=3", {})
    assert (target.endpoint.host, target.endpoint.port, target.deadline_seconds) == ("::1", 5433, 3)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("oracle://u@h/d", "scheme 'oracle'"),
        ("h/d", "scheme ''"),
        ("postgresql://u@h", "names no database"),
        ("mysql://u@h/", "names no database"),
        ("postgresql://u@a,b/d", "several hosts"),
        ("postgresql://u@a:1,b:2/d", "several hosts"),
        ("postgresql://u@h:99999/d", "port"),
        ("postgresql://u@h:abc/d", "port"),
        ("postgresql://u@h/d?port=x", "has port 'x'"),
        ("postgresql://u@h/d?sslmode=prefer", "silently goes on without TLS"),
        ("mysql://u@h/d?ssl-mode=PREFERRED", "silently goes on without TLS"),
        ("postgresql://u@h/d?sslmode=sure", "one of verify-full"),
        ("postgresql://u@h/d?colour=red", "unknown parameter 'colour'"),
        ("postgresql://u@h/d?sslrootcert=/no/such.pem", "/no/such.pem"),
        ("postgresql://u@[::1/d", "malformed"),
        ("postgresql://u@h/\udcff", "percent-encode"),
        ("postgresql://u@h/d\n", "percent-encode"),
    ],
)
def test_what_is_wrong_with_a_url_is_said(url: str, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        parse_url(url, {})


def test_the_option_that_gave_the_url_is_named() -> None:
    with pytest.raises(TargetError, match=r"^--scratch-url has the scheme ''"):
        parse_url("h/d", {}, option="--scratch-url")


def test_nobody_has_a_name_in_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", unknown)
    with pytest.raises(TargetError, match="write user@ before the host"):
        parse_url("postgresql://h/d", {})
    assert parse_url("postgresql://u@h/d", {}).endpoint.username == "u"


def test_a_malformed_url_never_shows_its_password() -> None:
    with pytest.raises(TargetError) as caught:
        parse_url("postgresql://u:hunter2hunter2@h:port/d", {})
    assert "hunter2" not in str(caught.value)


def test_a_file_without_certificates_is_no_ca_file(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(TargetError, match="no PEM certificate"):
        parse_url("mysql://u@h/d", {"DB_BOOTSTRAP_CA_FILE": str(tmp_path / "empty.pem")})


def test_the_packaged_bundle_holds_the_authorities_of_rds() -> None:
    text = BUNDLE.read_text(encoding="ascii")
    assert text.count("-----BEGIN CERTIFICATE-----") == text.count("-----END CERTIFICATE-----") > 100
    assert "sha512-" in text
