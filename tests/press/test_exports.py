"""Exports of the tools that press offices use, as they come: nobody is mailed who opted out there, and names are kept.

Those of Outlook, Google Contacts, Mailchimp and Salesforce have the columns of a published export. For HubSpot, Constant
Contact, Brevo, Mailjet, Pipedrive and Dynamics the fields are documented, but no whole header row was found; for Cision, Muck
Rack, Meltwater and the rest none is published, and the columns are those that their users describe. All people are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from mailer.errors import ListError
from mailer.model import Recipient
from mailer.press import read_list

EXPORTS = Path(__file__).with_name("exports")

ANA = ("ana.ruiz@example.net", "Ana Ruiz")
FARO = (*ANA, "El Faro Diario")
OMAR = ("omar.haddad@example.com", "Omar Haddad", "Harbour Radio")
PRIYA, BO, CY = "priya@example.org", "bo@example.org", "cy@example.com"


@dataclass(frozen=True)
class Export:
    """What becomes of an export.

    Attributes:
        people: everybody mailed: address, name, outlet, languages and tags, as far as the tool exports them.
        out: who is left out, and what of the file says so.
        warns: ids of what is said besides.
    """

    people: tuple[tuple[str, ...], ...] = ()
    out: tuple[tuple[str, str], ...] = ()
    warns: tuple[str, ...] = ()


SECOND = ("second-address",)

READ = {
    # ---- address books
    "outlook-desktop.csv": Export(
        ((*FARO, "es", "coast press"), OMAR), ((PRIYA, "Categories: do not contact"),), SECOND * 2
    ),
    "outlook-people.csv": Export((FARO, OMAR), (), SECOND),
    "google-contacts.csv": Export(
        ((*FARO, "", "mycontacts press"), (*OMAR, "", "mycontacts")), ((PRIYA, "Labels: unsubscribed"),), SECOND
    ),
    "google-contacts-before-2024.csv": Export(
        ((*FARO, "es", "mycontacts press"), (*OMAR, "", "mycontacts"), ("omar@example.org", *OMAR[1:], "", "mycontacts")),
        (),
        (*SECOND, "several-addresses"),
    ),
    "apple-contacts.vcf": Export(
        ((ANA[0], "Dr. Ana Ruiz", "El Faro Diario"), ("newsdesk@example.com", "", "Harbour Radio")), (), SECOND
    ),
    "android.vcf": Export(
        (("jose.pena@example.net", "José Peña", "El Faro"),), (("", "no address in “Only Phone"),), SECOND
    ),
    "rfc-6350.vcf": Export(
        ((*FARO, "es en", "coast press"),),
        ((PRIYA, "X-UNSUBSCRIBED: TRUE"), (BO, "Tags: do not contact")),
        SECOND,
    ),
    # ---- customer databases
    "hubspot.csv": Export(
        ((*FARO, "es"), OMAR),
        (
            (PRIYA, "Unsubscribed from all email: true"), (BO, "Opted out of email: Marketing Information: Yes"),
            (CY, "Email hard bounce reason: UNKNOWN_USER"), ("dee@example.net", "Email Address Quarantined: true"),
            ("eva@example.net", "Is globally ineligible: true"),
        ),
    ),
    "hubspot-unsubscribes-and-bounces.csv": Export(
        ((ANA[0],),), ((PRIYA, "Portal Unsubscribe"), (BO, "Portal Bounce"), (CY, "Portal Spam Report"))
    ),
    "salesforce-data-export.csv": Export(
        (ANA,), ((PRIYA, "HasOptedOutOfEmail: true"), (BO, "EmailBouncedReason: 550"), (CY, "IsDeleted: true"))
    ),
    "salesforce-report.csv": Export((FARO,), ((PRIYA, "Email Opt Out: 1"),)),
    "dynamics-365.csv": Export(
        (FARO,),
        (
            (PRIYA, "Do not allow Emails: Do Not Allow"), (BO, "Do not allow Bulk Emails: Do Not Allow"),
            (CY, "Status: Inactive"),
        ),
    ),
    "zoho-crm.csv": Export(
        ((*FARO, "", "press"),), ((PRIYA, "Email Opt Out: true"), (BO, "Unsubscribed Mode: Unsubscribe link"))
    ),
    "pipedrive.csv": Export(
        (FARO,), ((PRIYA, "Marketing status: Unsubscribed"), (BO, "Marketing status: No consent"))
    ),
    # ---- newsletter tools
    "mailchimp-subscribed.csv": Export(((*FARO, "", "coast press"), OMAR)),
    "mailchimp-unsubscribed.csv": Export((), ((PRIYA, "UNSUB_TIME: 2026"), (BO, "UNSUB_TIME: 2026"))),
    "mailchimp-cleaned.csv": Export((), ((CY, "CLEAN_TIME: 2026"),)),
    "brevo.csv": Export(
        (ANA,), ((PRIYA, "BLOCKLISTED: true"), (BO, "EMAIL_BLACKLISTED: 1"), (CY, "DOUBLE_OPT-IN: No"))
    ),
    "mailjet.csv": Export(
        (ANA,),
        ((PRIYA, "IsUnsubscribed"), (BO, "IsExcludedFromCampaigns"), (CY, "IsSpamComplaining")),
    ),
    "constant-contact.csv": Export(
        ((*FARO, "", "coast"),),
        ((PRIYA, "Email status: Unsubscribed"), (BO, "Awaiting Confirmation"), (CY, "No Permissions Set")),
    ),
    "constant-contact-lead-gen.csv": Export((ANA,), ((PRIYA, "Is Unsubscribed: 1"),)),
    "activecampaign.csv": Export(
        ((*FARO, "", "coast press"),),
        ((PRIYA, "Status: Unsubscribed"), (BO, "Status: Bounced"), (CY, "Status: Unconfirmed")),
    ),
    "campaign-monitor.csv": Export((ANA,), ((PRIYA, "State: Unsubscribed"),)),
    "mailerlite.csv": Export((FARO,), ((PRIYA, "Status: Unsubscribed"),), ("column-inferred",)),
    "klaviyo.csv": Export(
        (FARO,),
        (
            (PRIYA, "Email Marketing Consent: UNSUBSCRIBED"), (BO, "Email Suppressions: [HARD_BOUNCE]"),
            (CY, "Email Marketing Consent: NEVER_SUBSCRIBED"),
        ),
    ),
    # ---- media databases
    "cision.csv": Export(((*FARO, "es"),), ((PRIYA, "Contact Opt-Out: Yes"),)),
    "muck-rack.csv": Export(((*ANA, "El Faro Diario, The Tide"),), ((PRIYA, "Do Not Contact: Yes"),)),
    "meltwater.csv": Export(((*FARO, "es"),), ((PRIYA, "Unsubscribed: 2026-02-03"),)),
    "prowly.csv": Export(((*FARO, "es", "coast press"),), ((PRIYA, "Unsubscribed: yes"), (BO, "Bounced: yes"))),
    "agility-pr.csv": Export(
        ((*FARO, "es"),), ((PRIYA, "Do Not Email: X"), (BO, "Deceased: 2025"), (CY, "Excluded: Yes"))
    ),
    # ---- spreadsheets in further languages
    "italian.csv": Export(((ANA[0], "Anna Rossi", "La Marea", "it"),), ((PRIYA, "Disiscritto: sì"),)),
    "dutch.csv": Export(((ANA[0], "Anna de Vries", "De Vloed", "nl"),), ((PRIYA, "Status: uitgeschreven"),)),
    "polish.csv": Export(((ANA[0], "Łucja Żak", "Fala", "pl"),), ((PRIYA, "Wypisany: tak"),)),
    "swedish.csv": Export(((ANA[0], "Åsa Öberg", "Vågen", "sv"),), ((PRIYA, "Avregistrerad: ja"),)),
    "arabic.csv": Export(((ANA[0], "أحمد حسن", "جريدة المد", "ar"),), ((PRIYA, "إلغاء الاشتراك: نعم"),)),
    "russian.csv": Export(((ANA[0], "Анна Петрова", "Прилив", "ru"),), ((PRIYA, "Отписан: да"),)),
    "japanese.csv": Export(((ANA[0], "山田花子", "潮新聞", "ja"),), ((PRIYA, "配信停止: はい"),)),
}  # fmt: skip

ASKED = {
    "asks-office-database.csv": (
        "does “Status” (column 4) say who may be mailed? It holds “Freelance”, “Staff”",
        "does “Newsletter” (column 5) say who may be mailed? It holds “no”, “yes”",
        "does “Removed” (column 6) say who may be mailed? It holds “see Tom”",
    ),
    "asks-two-addresses.csv": ("which column should be mailed? “Email - Work” (column 3) and “Email - Home”",),
    "asks-code-page.csv": ("which letters are these? The file doesn't say how it is encoded. Line 2 may read — cp1251: “Иван Петров",),
}  # fmt: skip


def test_every_export_is_here() -> None:
    assert {path.name for path in EXPORTS.iterdir()} == READ.keys() | ASKED.keys()
    assert len(READ) >= 30


@pytest.mark.parametrize("name", READ)
def test_an_export_is_read_as_it_is(name: str) -> None:
    expected = READ[name]
    press_list = read_list(EXPORTS / name)
    rows = list(press_list.rows())
    people = [
        (p.address, p.name, p.outlet, " ".join(p.languages), " ".join(sorted(p.tags)))
        for p in rows
        if isinstance(p, Recipient)
    ]
    wanted = [(*person, *("",) * (5 - len(person))) for person in expected.people]
    assert people == wanted
    out = [row for row in rows if not isinstance(row, Recipient) and row.reason is not None]
    assert [row.address for row in out] == [address for address, _ in expected.out]
    for row, (_, why) in zip(out, expected.out, strict=True):
        assert why in row.message
    said = [row.id for row in rows if not isinstance(row, Recipient) and row.reason is None]
    assert sorted([*said, *(f.id for f in press_list.findings if f.id != "encoding-guessed")]) == sorted(
        expected.warns
    )


@pytest.mark.parametrize("name", ASKED)
def test_what_only_staff_can_know_is_asked_and_all_of_it_at_once(name: str) -> None:
    with pytest.raises(ListError) as asked:
        read_list(EXPORTS / name)
    assert len(asked.value.faults) == len(ASKED[name])
    for fault, question in zip(asked.value.faults, ASKED[name], strict=True):
        assert question in fault.message
        assert name.replace(".csv", ".toml") in fault.hint
        assert "mailer lists show, check and add take --" in fault.hint
