"""`mailer doctor`: what DNS says of the sender's domain. A name server of our own answers, or does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from support.name_server import FAILURE, SILENCE, NameServer

from mailer.delivery.doctor.dmarc import on_the_way_up, walk
from mailer.delivery.doctor.records import Records
from mailer.delivery.doctor.sender_domain import look_at_sender
from mailer.model import Finding
from mailer.settings import Settings

Zone = Mapping[str, Sequence[str] | str]


def look(zone: Zone, domain: str, hosts: Sequence[str] = (), **settings: object) -> list[Finding]:
    with NameServer(zone, hosts) as names:
        return list(look_at_sender(Settings(**settings), domain, names.resolver))


def of(check: str, findings: list[Finding]) -> Finding:
    """The one finding of a check."""
    (found,) = [finding for finding in findings if finding.id == check]
    return found


# ---- DMARC: the walk up the tree (RFC 9989 §4.10) ----------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "asked"),
    [
        ("example", ["example"]),
        ("press.example.org", ["press.example.org", "example.org", "org"]),
        ("a.b.c.d.e.f.g", ["a.b.c.d.e.f.g", "b.c.d.e.f.g", "c.d.e.f.g", "d.e.f.g", "e.f.g", "f.g", "g"]),
        (
            "a.b.c.d.e.f.g.h.i.j.mail.example.org",
            [
                "a.b.c.d.e.f.g.h.i.j.mail.example.org",
                "g.h.i.j.mail.example.org",
                "h.i.j.mail.example.org",
                "i.j.mail.example.org",
                "j.mail.example.org",
                "mail.example.org",
                "example.org",
                "org",
            ],
        ),
    ],
    ids=["a label", "a subdomain", "seven labels", "very many labels"],
)
def test_a_walk_asks_for_each_name_above_and_for_eight_at_most(domain: str, asked: list[str]) -> None:
    with NameServer({}) as names:
        assert walk(domain, Records(names.resolver)).found is None
        assert names.asked == [f"_dmarc.{name}" for name in asked]
    assert len(on_the_way_up(domain)) <= 8


PROTECTED = {"_dmarc.example.org": ["v=DMARC1; p=reject; sp=quarantine"]}


def test_a_subdomain_under_a_protected_domain() -> None:
    found = of("dmarc", look(PROTECTED, "press.example.org"))
    assert found.level == "notice"
    assert "DMARC of press.example.org: quarantine, by “sp”" in found.message
    assert "example.org (its organisation's)" in found.message


@pytest.mark.parametrize(
    ("record", "hosts", "policy"),
    [
        ("v=DMARC1; p=reject", [], "reject, by “p”"),
        ("v=DMARC1; p=reject; sp=none", [], "none, by “sp”"),
        ("v=DMARC1; p=none; sp=quarantine; np=reject", [], "reject, by “np”"),
        ("v=DMARC1; p=none; sp=quarantine; np=reject", ["press.example.org"], "quarantine, by “sp”"),
        ("v=DMARC1; p=quarantine; np=reject", ["press.example.org"], "quarantine, by “p”"),
    ],
)
def test_which_policy_a_subdomain_inherits(record: str, hosts: list[str], policy: str) -> None:
    findings = look({"_dmarc.example.org": [record]}, "press.example.org", hosts)
    assert f"DMARC of press.example.org: {policy}" in of("dmarc", findings).message


def test_a_domain_s_own_record_holds_whatever_stands_above() -> None:
    zone = {"_dmarc.press.example.org": ["v=DMARC1; p=none; sp=reject"]} | PROTECTED
    assert "DMARC of press.example.org: none, by “p”" in of("dmarc", look(zone, "press.example.org")).message


REGISTRY = {"_dmarc.gov.example": ["v=DMARC1; p=reject; np=reject; psd=y"]}
"""A suffix like gov.uk, which says of itself that it is one."""


def test_a_registry_s_policy_holds_where_the_organisation_has_none() -> None:
    with NameServer(REGISTRY) as names:
        up = walk("press.harbour.gov.example", Records(names.resolver))
    assert up.organisation == "harbour.gov.example"
    found = of("dmarc", look(REGISTRY, "press.harbour.gov.example", ["press.harbour.gov.example"]))
    assert "reject, by “p” in the record of gov.example (its registry's)" in found.message


def test_an_organisation_under_a_registry_has_its_own_policy() -> None:
    zone = REGISTRY | {"_dmarc.harbour.gov.example": ["v=DMARC1; p=quarantine"]}
    with NameServer(zone) as names:
        up = walk("press.harbour.gov.example", Records(names.resolver))
        assert names.asked[-1] == "_dmarc.gov.example", "a registry ends the walk"
    assert up.organisation == "harbour.gov.example"
    found = of("dmarc", look(zone, "press.harbour.gov.example"))
    assert "quarantine, by “p” in the record of harbour.gov.example" in found.message


def test_a_suffix_that_does_not_say_so_counts_as_the_organisation() -> None:
    """Without `psd=y` the record with the fewest labels decides, whosever it is (§4.10.2)."""
    with NameServer({"_dmarc.gov.example": ["v=DMARC1; p=reject"]}) as names:
        assert walk("harbour.gov.example", Records(names.resolver)).organisation == "gov.example"


def test_the_organisation_is_the_shortest_name_with_a_record() -> None:
    zone = {"_dmarc.mail.example.org": ["v=DMARC1; p=none"], "_dmarc.example.org": ["v=DMARC1; p=reject"]}
    with NameServer(zone) as names:
        assert walk("a.mail.example.org", Records(names.resolver)).organisation == "example.org"
    found = of("dmarc", look(zone, "a.mail.example.org"))
    assert "reject, by “p” in the record of example.org (its organisation's)" in found.message


def test_psd_n_ends_the_walk_below_a_suffix_that_does_not_say_so() -> None:
    zone = {
        "_dmarc.gov.example": ["v=DMARC1; p=reject"],
        "_dmarc.harbour.gov.example": ["v=DMARC1; p=none; psd=n"],
    }
    with NameServer(zone) as names:
        up = walk("press.harbour.gov.example", Records(names.resolver))
        assert names.asked == ["_dmarc.press.harbour.gov.example", "_dmarc.harbour.gov.example"]
    assert up.organisation == "harbour.gov.example"


def test_a_registry_that_sends_itself_is_its_own_organisation() -> None:
    with NameServer(REGISTRY) as names:
        up = walk("gov.example", Records(names.resolver))
    assert (up.organisation, up.found and up.found[1]) == ("gov.example", "its own")


# ---- DMARC: odd records ------------------------------------------------------------------------------


def test_no_record_anywhere_is_missing() -> None:
    found = of("dmarc", look({}, "press.example.org"))
    assert (found.level, "has no DMARC record" in found.message) == ("warning", True)
    assert "v=DMARC1; p=none" in found.hint


@pytest.mark.parametrize("silent", ["_dmarc.press.example.org", "_dmarc.example.org", "_dmarc.org"])
@pytest.mark.parametrize("how", [SILENCE, FAILURE])
def test_no_answer_is_unknown_and_never_missing(silent: str, how: str) -> None:
    zone: dict[str, Sequence[str] | str] = {"_dmarc.example.org": ["v=DMARC1; p=reject"]}
    found = of("dmarc", look(zone | {silent: how}, "press.example.org"))
    assert found.level == "notice"
    assert f"unknown: DNS did not answer ({silent}:" in found.message


def test_two_records_are_none() -> None:
    zone = {"_dmarc.press.example.org": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]} | PROTECTED
    several, policy = (f for f in look(zone, "press.example.org") if f.id == "dmarc")
    assert (several.level, "several" in several.message) == ("error", True)
    assert "quarantine, by “sp” in the record of example.org" in policy.message


def test_a_record_in_several_strings_is_one() -> None:
    zone = {"_dmarc.example.org": ['"v=DMARC1; p=rej" "ect"']}
    assert "DMARC of example.org: reject" in of("dmarc", look(zone, "example.org")).message


@pytest.mark.parametrize("record", ["V=DMARC1; P=Reject", " v = DMARC1 ;p = reject;", "v=DMARC1;p=reject"])
def test_what_may_be_written_in_other_ways(record: str) -> None:
    assert (
        "DMARC of example.org: reject"
        in of("dmarc", look({"_dmarc.example.org": [f'"{record}"']}, "example.org")).message
    )


@pytest.mark.parametrize(
    "record", ["v=dmarc1; p=reject", "p=reject; v=DMARC1", "spf v=DMARC1", "v=DMARC12; p=reject"]
)
def test_what_only_looks_like_a_record_is_named_and_does_not_count(record: str) -> None:
    odd, missing = (f for f in look({"_dmarc.example.org": [record]}, "example.org") if f.id == "dmarc")
    assert (odd.level, "looks like a DMARC record" in odd.message) == ("warning", True)
    assert "has no DMARC record" in missing.message


@pytest.mark.parametrize("record", ["v=DMARC1", "v=DMARC1; p=rejct", "v=DMARC1; p=reject; sp=all"])
def test_a_record_without_a_valid_policy_is_ignored_unless_it_asks_for_reports(record: str) -> None:
    ignored = of("dmarc", look({"_dmarc.example.org": [record]}, "example.org"))
    assert (ignored.level, "receivers ignore it" in ignored.message) == ("warning", True)
    asking = look({"_dmarc.example.org": [f"{record}; rua=mailto:dmarc@example.org"]}, "example.org")
    assert "DMARC of example.org: none" in of("dmarc", asking).message


def test_a_policy_that_is_only_tested_says_so() -> None:
    assert (
        "only tested"
        in of("dmarc", look({"_dmarc.example.org": ["v=DMARC1; p=reject; t=y"]}, "example.org")).message
    )


# ---- alignment ---------------------------------------------------------------------------------------

SIGNED = {"dkim_selector": "lamp", "dkim_key_file": "key.pem"}
KEY = "v=DKIM1; k=rsa; p=MIGf"


def provable(*domains: str) -> dict[str, list[str]]:
    """Domains with an SPF record, and a key to sign with."""
    return {d: ["v=spf1 mx -all"] for d in domains} | {f"lamp._domainkey.{d}": [KEY] for d in domains}


EVERYBODY = provable("example.org", "press.example.org", "mail.example.org", "example.net")


@pytest.mark.parametrize(
    ("tags", "signer", "bounces", "passes"),
    [
        ("", "example.org", "", True),
        ("", "mail.example.org", "", True),
        ("", "example.net", "bounces@example.net", False),
        ("adkim=s", "example.org", "bounces@example.net", False),
        ("adkim=s", "press.example.org", "bounces@example.net", True),
        ("", "example.net", "bounces@example.org", True),
        ("aspf=s", "example.net", "bounces@example.org", False),
        ("aspf=s", "example.net", "bounces@press.example.org", True),
    ],
)
def test_dmarc_passes_by_a_signature_or_a_return_address_of_the_organisation(
    tags: str, signer: str, bounces: str, passes: bool
) -> None:
    zone = EVERYBODY | {"_dmarc.example.org": [f"v=DMARC1; p=reject; {tags}"]}
    findings = look(zone, "press.example.org", dkim_domain=signer, envelope_from=bounces, **SIGNED)
    found = of("alignment", findings)
    assert found.level == ("notice" if passes else "error")
    assert ("passes only if" in found.message) == (not passes)
    assert passes or ("or for its organisation" in found.message) == (tags != "adkim=s")


@pytest.mark.parametrize("lacking", ["example.org", "lamp._domainkey.example.org"])
def test_what_belongs_to_the_organisation_and_can_t_pass_is_no_proof(lacking: str) -> None:
    by = {"dkim_domain": "example.org", "envelope_from": "bounces@example.net"}
    if lacking == "example.org":
        by = {"dkim_domain": "example.net", "envelope_from": "bounces@example.org"}
    zone = EVERYBODY | PROTECTED
    assert of("alignment", look(zone, "example.org", **by, **SIGNED)).level == "notice"
    found = of("alignment", look(zone | {lacking: []}, "example.org", **by, **SIGNED))
    assert (found.level, "belongs to it, but has no valid" in found.message) == ("error", True)


def test_what_fails_where_the_policy_is_none_is_a_warning() -> None:
    zone = EVERYBODY | {"_dmarc.example.org": ["v=DMARC1; p=none"]}
    more = {"dkim_domain": "example.net", "envelope_from": "bounces@example.net"} | SIGNED
    assert of("alignment", look(zone, "example.org", **more)).level == "warning"


def test_two_organisations_under_one_registry_are_two() -> None:
    zone = REGISTRY | provable("lighthouse.gov.example")
    more = {"dkim_domain": "lighthouse.gov.example", "envelope_from": "b@lighthouse.gov.example"} | SIGNED
    assert of("alignment", look(zone, "harbour.gov.example", **more)).level == "error"


def test_without_a_signature_of_ours_it_depends_on_the_server() -> None:
    found = of(
        "alignment", look(EVERYBODY | PROTECTED, "press.example.org", envelope_from="bounces@example.net")
    )
    assert found.level == "warning"
    assert "only if the server signs with d=press.example.org" in found.message


def test_a_provider_s_own_return_address_aligns_nothing() -> None:
    found = of("alignment", look(EVERYBODY | PROTECTED, "example.org", smtp_preset="postmark"))
    assert found.level == "warning"
    assert "only if Postmark signs with d=example.org" in found.message


def test_alignment_is_unknown_where_dns_is_silent() -> None:
    zone: Zone = {**EVERYBODY, **PROTECTED, "_dmarc.example.net": SILENCE}
    more = {"dkim_domain": "example.net", "envelope_from": "bounces@example.net"} | SIGNED
    found = of("alignment", look(zone, "example.org", **more))
    assert (found.level, "unknown" in found.message) == ("notice", True)


# ---- SPF ---------------------------------------------------------------------------------------------

OUTLOOK = {"spf.protection.outlook.com": ["v=spf1 ip4:192.0.2.0/24 -all"]}
MICROSOFT = {"smtp_preset": "microsoft365"}


@pytest.mark.parametrize(
    ("record", "level"),
    [
        ("v=spf1 include:spf.protection.outlook.com -all", "notice"),
        ("v=spf1 mx +include:SPF.protection.outlook.com. ~all", "notice"),
        ("v=spf1 redirect=_spf.example.org", "notice"),
        ("v=spf1 mx -all", "warning"),
    ],
    ids=["named", "named otherwise", "named where it leads", "not named"],
)
def test_the_provider_s_servers_are_in_the_record(record: str, level: str) -> None:
    zone = {
        "example.org": ["unrelated", record],
        "_spf.example.org": ["v=spf1 include:spf.protection.outlook.com -all"],
        **OUTLOOK,
    }
    found = [f for f in look(zone, "example.org", **MICROSOFT) if f.id == "spf"][-1]
    assert found.level == level
    assert ("include:spf.protection.outlook.com" in found.hint) == (level == "warning")


def test_where_the_provider_returns_mail_to_itself_spf_is_not_the_office_s() -> None:
    found = of("spf", look({}, "example.org", smtp_preset="mailgun"))
    assert found.level == "notice"
    assert "return address of its own" in found.message


def includes(number: int) -> dict[str, list[str]]:
    """A record with so many lookups, half of them one level down."""
    half = number // 2
    return {
        "example.org": [f"v=spf1 include:_spf.example.org {'a ' * (number - half - 1)}-all"],
        "_spf.example.org": [f"v=spf1 {'exists:%{i}.example.org ' * half}-all"],
    }


@pytest.mark.parametrize(("number", "level"), [(10, "notice"), (11, "error")])
def test_more_than_ten_lookups_are_an_error(number: int, level: str) -> None:
    assert [f for f in look(includes(number), "example.org") if f.id == "spf"][-1].level == level


def test_a_record_that_includes_itself_ends_somewhere() -> None:
    found = [
        f for f in look({"example.org": ["v=spf1 include:example.org -all"]}, "example.org") if f.id == "spf"
    ]
    assert (found[-1].level, "more than 10" in found[-1].message) == ("error", True)


def test_what_is_included_and_not_there_is_an_error() -> None:
    found = [
        f for f in look({"example.org": ["v=spf1 include:gone.example -all"]}, "example.org") if f.id == "spf"
    ]
    assert (found[-1].level, "includes gone.example" in found[-1].message) == ("error", True)


@pytest.mark.parametrize("silent", ["example.org", "spf.protection.outlook.com"])
def test_spf_is_unknown_where_dns_is_silent(silent: str) -> None:
    zone: Zone = {"example.org": ["v=spf1 include:spf.protection.outlook.com -all"], silent: SILENCE}
    found = of("spf", look(zone, "example.org", **MICROSOFT))
    assert (found.level, "unknown" in found.message) == ("notice", True)


# ---- DKIM --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "preset", "says"),
    [
        (
            {"selector2._domainkey.example.org": [KEY]},
            "microsoft365",
            "has a key to sign for example.org with",
        ),
        ({}, "microsoft365", "has no key of its usual name"),
        ({"google._domainkey.example.org": [KEY]}, "google", "has a key to sign for example.org with"),
        ({"selector1._domainkey.example.org": SILENCE}, "microsoft365", "unknown: DNS did not answer"),
        ({}, "sendgrid", "what its keys are called can't be known from here"),
    ],
)
def test_the_provider_s_key_is_looked_for_and_only_remarked_on(zone: Zone, preset: str, says: str) -> None:
    found = of("dkim", look(zone, "example.org", smtp_preset=preset))
    assert (found.level, says in found.message) == ("notice", True), found.message


def test_a_key_of_ours_that_dns_does_not_answer_about_is_unknown() -> None:
    zone = {"lamp._domainkey.example.org": FAILURE}
    found = of("dkim", look(zone, "example.org", dkim_domain="example.org", **SIGNED))
    assert (found.level, "unknown" in found.message) == ("notice", True)
