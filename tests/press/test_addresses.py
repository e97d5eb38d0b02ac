"""Addresses as people paste them: what is mailed, what is refused and why, what is only remarked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.model import Recipient
from mailer.press import AddressError, Problem, canonical, parse_address, read_list
from mailer.press.address_warnings import PROVIDERS, REAL, suggested_domain, warning_about
from mailer.press.addresses import plain_address, split_addresses

MAILED = {
    "ana@example.net": "ana@example.net",
    "  ana@example.net ": "ana@example.net",
    "Ana@Example.NET": "Ana@example.net",
    "<ana@example.net>": "ana@example.net",
    "<ana@example.net>;": "ana@example.net",
    "ana@example.net;": "ana@example.net",
    "ana@example.net,": "ana@example.net",
    "ana@example.net.": "ana@example.net",
    "mailto:ana@example.net": "ana@example.net",
    "MAILTO:ana@example.net?subject=Hi": "ana@example.net",
    "<mailto:ana@example.net>": "ana@example.net",
    "<mailto:ana@example.net|ana@example.net>": "ana@example.net",
    "[ana@example.net](mailto:ana@example.net)": "ana@example.net",
    "Ana <ana@example.net>": "ana@example.net",
    "Ana<ana@example.net>": "ana@example.net",
    "Ana < ana@example.net >": "ana@example.net",
    '"Ruiz, Ana" <ana@example.net>': "ana@example.net",
    "Ruiz, Ana <ana@example.net>": "ana@example.net",
    "'ana@example.net'": "ana@example.net",
    "'ana@example.net": "ana@example.net",
    '"ana@example.net"': "ana@example.net",
    "“ana@example.net”": "ana@example.net",
    "«ana@example.net»": "ana@example.net",
    "ana@example.net (desk)": "ana@example.net",
    "Ana Ruiz (ana@example.net)": "ana@example.net",
    "\u00a0ana@example.net\u00a0": "ana@example.net",
    "ana@\u200bexample.net": "ana@example.net",
    "\ufeffana@example.net": "ana@example.net",
    "ana\u00ad@example.net": "ana@example.net",
    "\u202aana@example.net\u202c": "ana@example.net",
    "ana @ example.net": "ana@example.net",
    "ana@example.net\n": "ana@example.net",
    "ana@example.net ana@example.net"[:15]: "ana@example.net",
    "o'hara@example.net": "o'hara@example.net",
    "jean-luc.m+press@example.co.uk": "jean-luc.m+press@example.co.uk",
    "_desk_@example.net": "_desk_@example.net",
    "a/b=c@example.net": "a/b=c@example.net",
    "1@example.net": "1@example.net",
    "news@xn--bcher-kva.example": "news@xn--bcher-kva.example",
    "news@bücher.example": "news@xn--bcher-kva.example",
    "news@BÜCHER.example": "news@xn--bcher-kva.example",
    "news@bu\u0308cher.example": "news@xn--bcher-kva.example",
    "news@例え.example": "news@xn--r8jz45g.example",
    "josé@example.net": "josé@example.net",
    "jose\u0301@example.net": "josé@example.net",
    "用户@例え.example": "用户@xn--r8jz45g.example",
    "ana@my-paper.example": "ana@my-paper.example",
    "Email: ana@example.net": "ana@example.net",
    "E-mail address: ana@example.net": "ana@example.net",
    "Correo electrónico: ana@example.net": "ana@example.net",
    "email:ana@example.net": "ana@example.net",
    "smtp:ana@example.net": "ana@example.net",
    "SMTP:ana@example.net": "ana@example.net",
    "SMTP:ana@example.net;smtp:a.ruiz@example.net;sip:ana@example.net;X500:/o=Paper/cn=ana": "ana@example.net",
    "smtp:a.ruiz@example.net;SMTP:ana@example.net": "ana@example.net",
    "ana@example.net - Ana": "ana@example.net",
    "ana@example.net – Ana Ruiz de la Peña": "ana@example.net",
    "Ana Ruiz - ana@example.net": "ana@example.net",
    "ana@example.net | Newsroom": "ana@example.net",
    "ana@example.net, Ana Ruiz": "ana@example.net",
    "Email: ana@example.net - Ana O’Neil-Smith": "ana@example.net",
    "root@localhost": "root@localhost",
    "ana@relay.test": "ana@relay.test",
}

REFUSED = {
    "": "the address is empty",
    "   ": "the address is empty",
    "n/a": "must have an @-sign",
    "ana": "must have an @-sign",
    "ana@": "something after the @-sign",
    "@example.net": "something before the @-sign",
    "ana@example": "not valid",
    "ana@@example.net": "did you mean ana@example.net?",
    "ana@example..net": "did you mean ana@example.net?",
    "ana..ruiz@example.net": "did you mean ana.ruiz@example.net?",
    ".ana@example.net": "cannot start with a period",
    "ana.@example.net": "immediately before the @-sign",
    "ana@-example.net": "hyphen",
    "ana@example-.net": "hyphen",
    "ana@example,net": "did you mean ana@example.net?",
    "ana (at) example.net": "did you mean ana@example.net?",
    "ana [at] example [dot] net": "did you mean ana@example.net?",
    "ana arroba example.net": "did you mean ana@example.net?",
    "ana ruiz@example.net": "invalid characters before the @-sign",
    "ana@exam ple.net": "invalid characters",
    "ana@example.123": "not valid",
    "ana@192.0.2.1": "not valid",
    "ana@[192.0.2.1]": "invalid characters",
    '"ana ruiz"@example.net': "can't begin with a quotation mark",
    "ana@example.net, bo@example.org": "2 addresses where one is expected",
    "ana@example.net bo@example.org": "2 addresses where one is expected",
    "a" * 65 + "@example.net": "too long before the @-sign",
    "ana@" + "x" * 64 + ".net": "so many characters",
    "ana@" + ".".join(["x" * 60] * 5) + ".net": "too long",
    "=?utf-8?q?ana?=@example.net": "encoded word",
    "ana＠example.net": "full-width",
    "ana\x00@example.net": "invalid characters",
    "ana\r\nBcc: bo@example.org": "",
    "ana@example.net\r\nBcc: bo@example.org": "",
    "ana@xn--.example": "",
    "ana@ab--cd.example": "two dashes",
    "http://example.net/": "must have an @-sign",
    "ana@example.net - left in May": "what does “- left in May” beside the address mean?",
    "ana@example.net - Left": "what does “- Left” beside the address mean?",
    "ana@example.net - DO NOT MAIL": "beside the address mean?",
    "ana@example.net (no enviar)": "beside the address mean?",
    "ana@example.net (left 2024)": "beside the address mean?",
    "Baja <ana@example.net>": "what does “Baja” beside the address mean?",
    "Ex: ana@example.net": "beside the address mean?",
    "ana@example.net, tel. 555": "beside the address mean?",
    "ana - ruiz@example.net": "beside the address mean?",
    "Undisclosed: ana@example.net;": "beside the address mean?",
    "sip:ana@example.net": "invalid characters before the @-sign: ':'",
}


@pytest.mark.parametrize("text", MAILED)
def test_a_pasted_form_is_understood(text: str) -> None:
    assert parse_address(text) == MAILED[text]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("Jane <jane@example.net>", [("Jane", "jane@example.net")]),
        ("jane@example.net - Jane Doe", [("Jane Doe", "jane@example.net")]),
        ("Doe, Jane - jane@example.net", []),
        ("Email: jane@example.net", [("", "jane@example.net")]),
        ("cruz@example.net/dora@example.org", [("", "cruz@example.net"), ("", "dora@example.org")]),
    ],
)
def test_the_name_beside_an_address_is_kept(cell: str, found: list[tuple[str, str]]) -> None:
    assert [(name, text) for name, text in split_addresses(cell) if plain_address(text)] == found


def test_the_ways_to_a_mailbox_that_exchange_exports_are_one_person(tmp_path: Path) -> None:
    path = tmp_path / "press.csv"
    path.write_text("email,name\nsmtp:a.ruiz@example.net;SMTP:ana@example.net;sip:ana@example.net,Ana\n")
    rows = list(read_list(path).rows())
    assert [row.address for row in rows if isinstance(row, Recipient)] == ["ana@example.net"]
    assert [row.message for row in rows if isinstance(row, Problem)] == [
        "a.ruiz@example.net leads to the mailbox of ana@example.net"
    ]


def test_two_addresses_with_a_slash_are_two_people_and_no_complaint(tmp_path: Path) -> None:
    path = tmp_path / "press.csv"
    path.write_text("email,name\ncruz@example.net/dora@example.org,Desk\n")
    rows = list(read_list(path).rows())
    assert [row.address for row in rows if isinstance(row, Recipient)] == [
        "cruz@example.net",
        "dora@example.org",
    ]
    assert [row.id for row in rows if not isinstance(row, Recipient)] == ["several-addresses"]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_address_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse_address(text)
    assert REFUSED[text] in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ana@Example.net", "ana@example.NET", True),
        ("news@bücher.example", "NEWS@xn--bcher-kva.example", True),
        ("JOSÉ@example.net", "jose\u0301@example.net", True),
        (" ana@example.net", "ana@example.net", True),
        ("jean-luc@example.com", "jean-pierre@example.com", False),
        ("a.b@example.net", "ab@example.net", False),
        ("ana+press@example.net", "ana@example.net", False),
        ("ana@example.net", "ana@example.com", False),
    ],
)
def test_the_canonical_form_knows_case_and_a_labels_but_no_dots_or_plus(
    one: str, other: str, same: bool
) -> None:
    assert (canonical(one) == canonical(other)) is same


TYPOS = {
    "gmial.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gmaill.com": "gmail.com",
    "gnail.com": "gmail.com",
    "gmail.con": "gmail.com",
    "gmail.co": "gmail.com",
    "gmail.cmo": "gmail.com",
    "gmailcom": "gmail.com",
    "hotmial.com": "hotmail.com",
    "hotmal.com": "hotmail.com",
    "outlok.com": "outlook.com",
    "yaho.com": "yahoo.com",
    "yahooo.com": "yahoo.com",
    "iclould.com": "icloud.com",
    "protonmial.com": "protonmail.com",
    "wanado.fr": "wanadoo.fr",
    "nytimes.con": "nytimes.com",
    "example.ogr": "example.org",
    "paper.nett": "paper.net",
    "bbc.co.ik": "bbc.co.uk",
}

NEWSROOMS = """afp.com ap.org ft.com aol.com qq.com bbc.co.uk bbc.com cnn.com nbc.com abc.es abc.net.au cbc.ca rtve.es
    elpais.es elpais.com lemonde.fr lefigaro.fr liberation.fr ouest-france.fr mail.com email.com ymail.com gmx.de gmx.net web.de
    me.com mac.com msn.com live.com free.fr sfr.fr zdf.de ard.de dpa.com sz.de faz.de taz.de nzz.ch orf.at srf.ch efe.com
    efe.es lusa.pt rtp.pt publico.pt folha.com.br globo.com uol.com.br terra.com.br bol.com.br reuters.com thomsonreuters.com
    bloomberg.net nytimes.com wsj.com washpost.com latimes.com usatoday.com npr.org pbs.org axios.com politico.com
    politico.eu guardian.co.uk theguardian.com thetimes.co.uk telegraph.co.uk economist.com independent.co.uk sky.uk itv.com
    outlookindia.com yahooinc.com gmw.cn hotmail.de yahoo.de yahoo.co.in icloud.com proton.me range.fr cloud.com
    eluniversal.com.mx jornada.com.mx milenio.com reforma.com proceso.com.mx clarin.com lanacion.com.ar orange.es""".split()  # noqa: SIM905


@pytest.mark.parametrize("typed", TYPOS)
def test_a_likely_typo_is_suggested_never_changed(typed: str) -> None:
    assert suggested_domain(typed) == TYPOS[typed]
    if "." in typed:
        assert parse_address(f"ana@{typed}") == f"ana@{typed}"


@pytest.mark.parametrize("domain", NEWSROOMS)
def test_a_newsroom_is_not_a_typo(domain: str) -> None:
    assert suggested_domain(domain) == ""


def test_every_exception_is_needed() -> None:
    """The list of real domains holds only what would be taken for a typo."""
    from mailer.press.address_warnings import one_slip

    needless = [domain for domain in sorted(REAL) if not any(one_slip(domain, p) for p in PROVIDERS)]
    assert needless == []


@pytest.mark.parametrize(
    ("address", "id_"),
    [
        ("noreply@example.net", "role-address"),
        ("No-Reply@example.net", "role-address"),
        ("postmaster@example.net", "role-address"),
        ("abuse@example.net", "role-address"),
        ("ana@gmial.com", "address-typo"),
        ("ana@nytimes.con", "address-typo"),
        ("ana@paper.newz", "unknown-top-level"),
        ("ana@relay.test", "reserved-domain"),
        ("ana@localhost", "reserved-domain"),
    ],
)
def test_what_is_remarked(address: str, id_: str) -> None:
    said = warning_about(parse_address(address))
    assert said is not None
    assert said[0] == id_


@pytest.mark.parametrize(
    "domain", ["paper.news", "paper.media", "paper.xn--p1ai", "a.google", "b.museum", "c.example"]
)
def test_an_unusual_ending_is_an_ending(domain: str) -> None:
    assert warning_about(f"ana@{domain}") is None


def test_a_desk_is_a_mailbox_like_any_other() -> None:
    assert warning_about("newsdesk@example.net") is None
    assert warning_about("info@example.net") is None


ATEXT = "abcXYZ019!#$%&'*+/=?^_`{|}~-."


@example("*", "0.X")  # a pattern, which we refuse
@given(st.text(ATEXT, min_size=1, max_size=70), st.text("abcXYZ019-.", min_size=1, max_size=70))
def test_the_short_way_agrees_with_email_validator(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    try:
        expected = validate_email(text, check_deliverability=False, strict=True).normalized.lower()
    except EmailNotValidError:
        expected = ""
    try:
        ours = parse_address(text).lower()
    except AddressError:
        ours = ""
    if ours != expected and not re.search(r"^['`*]|\*@|=\?|[.,;:]$|\.(test|local|invalid)$|@localhost", text):
        assert ours == expected


@given(st.text(max_size=120))
def test_nothing_that_is_accepted_can_break_out_of_a_line(text: str) -> None:
    try:
        address = parse_address(text)
    except AddressError:
        return
    assert address.isprintable()
    assert " " not in address
    assert "=?" not in address
    assert address.count("@") == 1
    assert not set(address) & set('<>()[],;:\\"')
    assert address.rpartition("@")[2].isascii()
    assert parse_address(address) == address
