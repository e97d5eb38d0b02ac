"""Columns that say who may be mailed: which headers do, which don't, and which are asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.terminal import mailer

from mailer.errors import ListError
from mailer.model import Recipient
from mailer.press import Choice, read_audience, read_list, review
from mailer.workspace import Workspace

OUT = (
    "Unsubscribed from all email", "Opted out of email: Newsletter", "HasOptedOutOfEmail", "hasOptedOutOfEmail", "OPTOUT_DATE",
    "Email Opt-Out", "isUnsubscribed", "UNSUB_TIME", "unsubscribe_reason", "EmailBouncedReason", "bounce_count", "CLEAN_TIME",
    "EMAIL_BLACKLISTED", "Blocklisted", "Is on blacklist?", "Suppressed by", "donotemail", "donotbulkemail", "DoNotBulkEMail",
    "Do not contact before", "Don't email", "Do not pitch?", "No emails please", "Never contact", "Undeliverable", "Spam complaint", "Portal Spam Report",
    "Fecha de baja", "Motivo de la baja", "Desuscrito", "No contactar por correo", "Rebotado", "Lista negra",
    "Désabonné le", "Ne plus contacter", "Désinscription (date)", "Liste noire", "Abgemeldet am", "Werbesperre", "Keine E-Mails",
    "Sperrvermerk", "Widerspruch", "Descadastrado em", "Não enviar e-mails", "Disiscritto il", "Non contattare", "Uitgeschreven op",
    "Niet mailen", "Wypisany dnia", "Nie wysyłać maili", "Avregistrerad datum", "Kontakta ej", "Afmeldt dato", "Kontakt ikke",
    "Дата отписки", "Не писать", "Не беспокоить", "Чёрный список", "Дата відписки", "Ημερομηνία απεγγραφής", "Listeden çıkış",
    "تاريخ إلغاء الاشتراك", "配信停止日", "退会日", "退订日期", "수신거부일",
)  # fmt: skip
PERHAPS = (
    "Removed", "removed_at", "Deceased", "Left outlet", "Retired", "Do not use", "Excluded", "Blocked", "Inactive since",
    "Invalid", "Is deleted", "Fallecido", "Jubilado", "Décédé", "Retraité", "Verstorben", "Ausgeschieden", "Falecido", "Deceduto",
    "Overleden", "Zmarły", "Avliden", "Умер", "退職", "离职", "퇴사", "DNC", "Delete?", "To delete", "Removal requested", "Not active",
    "Cannot be contacted", "Not to be emailed", "Doesn't want press releases", "Uncontactable", "Passed away", "Date of death", "Leaver",
    "Kein Kontakt", "Ausgetreten", "Pas de mail", "Ne veut plus rien", "No desea recibir", "Não quer receber", "Niet meer mailen", "Отказался",
    "Lista Robinson", "拒收", "配信NG",
)  # fmt: skip
CONSENT = (
    "Marketing consent", "Email Opt-in", "OPT_IN", "DOUBLE_OPT-IN", "isOptedIn", "Can be contacted", "Allow email", "Accepts Email Marketing",
    "Receives press releases", "OK to email", "Email permitted", "Mailing allowed", "GDPR consent", "Permission", "Subscribed to list", "Einwilligung erteilt", "Consentimiento",
    "Consentement", "Consenso privacy", "Toestemming", "Zgoda na kontakt", "Samtycke", "Согласие на рассылку", "Згода", "配信希望", "수신동의",
)  # fmt: skip
TURNED = (
    "Not subscribed", "Non-subscribed", "Not opted in", "No consent", "Consent denied", "Subscription expired", "GDPR erasure", "Not contactable",
    "No press releases", "Sin consentimiento", "Sem consentimento", "Sans consentement", "Keine Einwilligung",
    "Geen toestemming", "Brak zgody", "Без согласия", "Do not call or contact", "Do not contact (post-GDPR)",
)  # fmt: skip
HARMLESS = (
    "DoNotCall", "Do Not Call", "HasOptedOutOfFax", "Fax Opt Out", "SMS_BLACKLISTED", "SMS Marketing Consent", "Do not contact by phone",
    "(Do Not Modify) Contact", "OPTIN_TIME", "CONFIRM_IP", "MEMBER_RATING", "Lead Status", "Marital status", "Became a Subscriber Date",
    "Date Subscribed", "Media type", "Mailing City", "Mailing State/Province", "Deadline", "Exclusives", "Optics", "Location", "Subscribers",
    "Notes", "Stoppages", "Contact owner", "Marketing emails opened", "CanAllowPortalSelfReg", "Preferred contact method", "Sensitivity",
    "Baja California", "Removals firm",
)  # fmt: skip


def read(folder: Path, header: str, *cells: str) -> tuple[list[str], list[str]]:
    """The local parts of who is mailed, and the reasons for who is not."""
    path = folder / "list.csv"
    rows = "".join(f'p{n}@example.net,"{cell}"\n' for n, cell in enumerate(cells))
    path.write_text(f'email,"{header}"\n{rows}', "utf-8")
    found = list(read_list(path).rows())
    people = [row.address.partition("@")[0] for row in found if isinstance(row, Recipient)]
    return people, [str(row.reason) for row in found if not isinstance(row, Recipient) and row.reason]


@pytest.mark.parametrize("header", OUT)
def test_whoever_has_something_there_is_not_mailed(header: str, tmp_path: Path) -> None:
    people, reasons = read(
        tmp_path, header, "", "no", "0", "never", "false", "yes", "2026-01-02", "asked by phone"
    )
    assert (people, reasons) == (["p0", "p1", "p2", "p3", "p4"], ["opted out"] * 3)


@pytest.mark.parametrize("header", PERHAPS)
def test_whoever_has_a_yes_or_a_date_there_is_not_mailed_and_a_text_is_asked_about(
    header: str, tmp_path: Path
) -> None:
    assert read(tmp_path, header, "", "no", "yes", "2026-01-02", "2025") == (["p0", "p1"], ["opted out"] * 3)
    assert read(tmp_path, header, "", "") == (["p0", "p1"], [])
    with pytest.raises(ListError, match="say who may be mailed"):
        read(tmp_path, header, "", "by Tom, I think")


@pytest.mark.parametrize("header", TURNED)
def test_what_turns_consent_round_is_asked_about(header: str, tmp_path: Path) -> None:
    for cell in ("yes", "2026-01-02"):
        with pytest.raises(ListError, match="say who may be mailed"):
            read(tmp_path, header, cell, "no")


@pytest.mark.parametrize("header", CONSENT)
def test_only_who_has_said_yes_is_mailed(header: str, tmp_path: Path) -> None:
    people, reasons = read(tmp_path, header, "yes", "no", "", "2026-01-02", "opted in", "withdrawn")
    assert (people, reasons) == (["p0", "p3", "p4"], ["not active"] * 3)
    for cells in (("", ""), ("somehow", "otherwise")):
        with pytest.raises(ListError, match="say who may be mailed"):
            read(tmp_path, header, *cells)


@pytest.mark.parametrize("header", HARMLESS)
def test_what_says_nothing_about_mail_is_neither_obeyed_nor_asked_about(header: str, tmp_path: Path) -> None:
    assert read(tmp_path, header, "yes", "no", "", "a text") == (["p0", "p1", "p2", "p3"], [])


@pytest.mark.parametrize(("header", "out"), [
    ("Subscription status", "unsubscribed"), ("Email marketing status", "Bounced"), ("Contact status", "Deceased"),
    ("Estado del suscriptor", "dado de baja"), ("Statut", "désinscrit"), ("Status", "abgemeldet"), ("Stato", "disiscritto"),
    ("Статус", "отписан"), ("ステータス", "配信停止"), ("状态", "已退订"), ("الحالة", "ملغى"),
])  # fmt: skip
def test_a_status_leaves_out_whoever_has_left(header: str, out: str, tmp_path: Path) -> None:
    assert read(tmp_path, header, "active", out, "") == (["p0", "p2"], ["not active"])
    with pytest.raises(ListError, match="It holds “Freelance”, “Staff”"):
        read(tmp_path, header, "Freelance", "Staff")


def test_no_header_of_another_column_sounds_like_one() -> None:
    from mailer.press.list_files.columns import SYNONYMS
    from mailer.press.list_files.gates import GATES, gate_of

    named = {word: gate_of(word) for role, words in SYNONYMS.items() if role not in GATES for word in words}
    assert {word: kind for word, kind in named.items() if kind} == {}


def test_a_state_is_a_part_of_a_country_unless_a_cell_says_otherwise(tmp_path: Path) -> None:
    assert read(tmp_path, "State", "OK", "NY", "Texas") == (["p0", "p1", "p2"], [])
    assert read(tmp_path, "State", "Active", "Unsubscribed") == (["p0"], ["not active"])
    assert read(tmp_path, "State", "Baja California", "Sonora") == (["p0", "p1"], [])


@pytest.mark.parametrize(
    "tag",
    [
        "Unsubscribed",
        "do not contact",
        "coast; No contactar",
        "press ::: * Bounced",
        "désinscrit",
        "отписан",
        "do-not-contact",
        "Opt_Out",
        "#unsubscribed",
    ],
)
def test_a_tag_may_say_it_too(tag: str, tmp_path: Path) -> None:
    assert read(tmp_path, "Tags", "coast", tag, "left-wing, removed scenes") == (["p0", "p2"], ["opted out"])


def test_who_opted_out_on_an_excepted_list_is_excepted_in_whatever_form_they_stand_there(
    workspace: Workspace,
) -> None:
    """A list of those who left may be excepted; they were known by the whole cell there, and so by nobody's address."""
    rows = ["Ana <ana@example.net>", '"bo@example.org; cy@example.com"', "dee@example.net"]
    (workspace.lists / "gone.csv").write_text(
        "email,Unsubscribed\n" + "".join(f"{row},yes\n" for row in rows), "utf-8"
    )
    people = ("ana@example.net", "bo@example.org", "cy@example.com", "dee@example.net", "eva@example.net")
    (workspace.lists / "all.csv").write_text("email\n" + "\n".join(people), "utf-8")
    audience = read_audience(workspace, Choice(lists=("all",), except_lists=("gone",)))
    assert [person.address for person in audience.recipients] == ["eva@example.net"]


def test_nobody_is_mailed_by_any_command_before_the_questions_are_answered(workspace: Workspace) -> None:
    (workspace.lists / "office.csv").write_text("email,Status\nana@example.net,Freelance\n", "utf-8")
    for command in (
        ("check", "harbour-report"),
        ("send", "harbour-report", "--dry-run"),
        ("send", "harbour-report", "--yes"),
    ):
        ran = mailer(*command, "--list", "office", cwd=workspace.root)
        assert ran.code == 2, command
        assert "does “Status” (column 2) say who may be mailed? It holds “Freelance”" in ran.err
        assert "lists/office.toml" in ran.err
    (workspace.lists / "office.toml").write_text('[columns]\n"Status" = "not about mail"\n', "utf-8")
    assert mailer("check", "harbour-report", "--list", "office", cwd=workspace.root).code == 0


# ---- on one list out, on another one not ---------------------------------------------------------------


def test_who_opted_out_on_one_list_is_mailed_through_no_other(workspace: Workspace) -> None:
    (workspace.lists / "crm.csv").write_text(
        "email,Email Opt Out,Status\nana@example.net,Yes,\nbo@example.net,,unsubscribed\n"
        "cy@example.net,,pizza\ndee@example.net,No,active\n"
    )
    (workspace.lists / "desk.csv").write_text(
        "email\nANA@example.net\nbo@example.net\ncy@example.net\ndee@example.net\n"
    )
    for lists in (("crm", "desk"), ("desk", "crm")):
        audience = read_audience(workspace, Choice(lists=lists))
        assert {person.address for person in audience.recipients} == {"cy@example.net", "dee@example.net"}
        out = {person.detail for person in audience.left_out if person.address == "bo@example.net"}
        assert any("lists/crm.csv:3" in detail for detail in out)


def test_an_earlier_row_of_somebody_who_opted_out_further_down_is_not_mailed(workspace: Workspace) -> None:
    path = workspace.lists / "twice.csv"
    path.write_text("email,unsubscribed\nana@example.net,\nbo@example.net,\nAna@example.net,2026-03-01\n")
    audience = read_audience(workspace, Choice(lists=("twice",)))
    assert [person.address for person in audience.recipients] == ["bo@example.net"]
    shown = [row for row in review(read_list(path)) if isinstance(row, Recipient)]
    assert [person.address for person in shown] == ["bo@example.net"], "lists show says the same"


def test_a_list_of_those_to_leave_out_is_asked_nothing(workspace: Workspace) -> None:
    (workspace.lists / "press.csv").write_text("email\nana@example.net\nbo@example.net\n")
    (workspace.lists / "board.csv").write_text("email,Removed\nbo@example.net,see Tom\n")
    audience = read_audience(workspace, Choice(lists=("press",), except_lists=("board",)))
    assert [person.address for person in audience.recipients] == ["ana@example.net"]


def test_a_remark_beside_an_address_bars_its_person_from_other_rows_and_lists(workspace: Workspace) -> None:
    path = workspace.lists / "twice.csv"
    path.write_text(
        "email\nANA@example.net\nana@example.net (unsubscribed)\nDO NOT MAIL bo@example.net\nbo@example.net\ncy@example.net - left\n"
    )
    (workspace.lists / "desk.csv").write_text("email\ncy@example.net\ndee@example.net\n")
    audience = read_audience(workspace, Choice(lists=("desk", "twice")))
    assert [person.address for person in audience.recipients] == ["dee@example.net"]
    assert [row for row in review(read_list(path)) if isinstance(row, Recipient)] == []


def test_whoever_is_named_on_an_excepted_list_is_excepted(workspace: Workspace) -> None:
    """With a remark that can't be read, or in another column of addresses."""
    (workspace.lists / "press.csv").write_text("email\nana@example.net\nbo@example.net\ncy@example.net\n")
    (workspace.lists / "not.csv").write_text(
        "email;Private email\nbo@example.net (asked by phone);\nwork@example.org;Cy <CY@example.net>\n"
    )
    audience = read_audience(workspace, Choice(lists=("press",), except_lists=("not",)))
    assert [person.address for person in audience.recipients] == ["ana@example.net"]


def test_a_cell_that_cannot_be_read_gives_no_leave(tmp_path: Path) -> None:
    assert read(tmp_path, "Unsubscribed", "no", "=?utf-8?q?yes?=") == (["p0"], ["opted out"])


def test_a_row_whose_cells_have_moved_may_say_no_in_any_of_them(tmp_path: Path) -> None:
    """A comma without quotation marks in a name moves the yes out of its column."""
    path = tmp_path / "list.csv"
    path.write_text("email,name,note,unsubscribed\nana@example.net,Ruiz, Ana,,yes\nbo@example.net,Bo,,no,\n")
    rows = list(read_list(path).rows())
    assert [row.address for row in rows if isinstance(row, Recipient)] == ["bo@example.net"]
    assert [row.reason for row in rows if not isinstance(row, Recipient)] == ["unclosed quote"]


@pytest.mark.parametrize(
    ("header", "cell"), [("Newsletter", "no"), ("State", "unsubscribed"), ("No consent", "yes")]
)
def test_what_only_a_late_row_says_counts_too(header: str, cell: str, tmp_path: Path) -> None:
    """Beyond what is read of a list before it is opened."""
    people, reasons = read(tmp_path, header, *([""] * 6_000), cell)
    assert (len(people), reasons) == (6_000, ["not active"])


def test_all_addresses_of_somebody_who_opted_out_are_barred(workspace: Workspace) -> None:
    """Beyond what of a cell is shown; in other columns; and further ways to one mailbox, as Exchange lists them."""
    many = [f"p{number}@example.net" for number in range(40)]
    (workspace.lists / "out.csv").write_text(
        f'email,Email 2,Unsubscribed\n"{"; ".join(many)}",,yes\nana@example.net,ana@home.example.org,yes\n'
        'SMTP:bo@example.net;smtp:b.o@example.net,,yes\ncy@example.net,"x\nBcc: y@example.net",yes\n'
    )
    (workspace.lists / "in.csv").write_text(
        "email\np39@example.net\nana@home.example.org\nb.o@example.net\ndee@example.net\n"
    )
    audience = read_audience(workspace, Choice(lists=("out", "in")))
    assert [person.address for person in audience.recipients] == ["dee@example.net"]


def test_a_row_that_is_unsafe_still_says_that_its_person_opted_out(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        'email,name,Unsubscribed\nana@example.net,"x\nBcc: y@example.net",yes\nana@example.net,Ana,\n'
    )
    assert [row for row in review(read_list(path)) if isinstance(row, Recipient)] == []


@pytest.mark.parametrize(
    "words", ["opt out", "unsub", "ne plus contacter", "keine Mails mehr", "не писать", "no contactar"]
)
def test_words_beside_an_address_may_say_it(words: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        f"email\nana@example.net ({words})\n{words} <bo@example.net>\nLeft Foot Forward <cy@example.net>\n",
        "utf-8",
    )
    rows = list(read_list(path).rows())
    assert [row.address for row in rows if isinstance(row, Recipient)] == ["cy@example.net"]
    assert [row.reason for row in rows if not isinstance(row, Recipient)] == ["opted out"] * 2


# ---- words that stand where no column asks for them ----------------------------------------------------


def test_a_cell_that_says_nothing_else_is_believed_in_any_column(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text(
        "email,name,Notes,,outlet\nana@example.net,DO NOT MAIL,,,Paper\nbo@example.net,Bo,Unsubscribed,,\n"
        "cy@example.net,Cy,,opted out,\ndee@example.net,Dee,unsubscribed from the gym,,Baja\n"
    )
    rows = list(read_list(path).rows())
    assert [row.address for row in rows if isinstance(row, Recipient)] == ["dee@example.net"]
    out = {row.address: row.message for row in rows if not isinstance(row, Recipient)}
    assert out["bo@example.net"] == "Notes: Unsubscribed"
    path.with_suffix(".toml").write_text('[columns]\n"Notes" = "not about mail"\n')
    assert "bo@example.net" in {row.address for row in read_list(path)}
