"""Several lists become one audience: everybody once, in order, and a reason for everybody else."""

from __future__ import annotations

import pytest

from mailer.errors import ListError, WorkspaceError
from mailer.model import Audience
from mailer.press import (
    Choice,
    Reason,
    Suppressions,
    begin_suppressions,
    canonical,
    count_audience,
    diff,
    read_audience,
    read_list,
)
from mailer.workspace import Workspace


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    """A workspace whose lists are two short ones, and in which nobody is suppressed."""
    for path in workspace.lists.iterdir():
        path.unlink()
    begin_suppressions(workspace.suppressed)
    write(workspace, "coast", "email,name,language,tags,beat\nana@example.net,Ana Ruiz,es-MX,coast,water\n"
          "bo@example.org,Bo,en,coast,\ncy@example.com,Cy,,,\n")  # fmt: skip
    write(
        workspace,
        "national",
        "E-Mail;Tags;Media\nBO@Example.ORG;national;The Tide\ndee@example.net;national;\n",
    )
    return workspace


def write(workspace: Workspace, name: str, text: str) -> None:
    (workspace.lists / f"{name}.csv").write_text(text, encoding="utf-8")


def addresses(audience: Audience) -> list[str]:
    return [person.address for person in audience.recipients]


def reasons(audience: Audience) -> list[tuple[str, str]]:
    return [(other.address, other.reason) for other in audience.left_out]


def test_lists_of_different_columns_keep_their_own_fields(office: Workspace) -> None:
    write(office, "faro", "Correo;Nombre;Apellidos;Teléfono\neva@example.net;Eva;Sol;202-555-0101\n")
    audience = read_audience(office, Choice(lists=("coast", "faro")))
    fields = {person.address: dict(person.fields) for person in audience.recipients}
    assert fields["ana@example.net"] == {"beat": "water"}
    assert fields["eva@example.net"] == {"first_name": "Eva", "last_name": "Sol", "telefono": "202-555-0101"}


def test_the_order_is_that_of_the_lists(office: Workspace) -> None:
    audience = read_audience(office, Choice(lists=("coast", "national")))
    assert addresses(audience) == ["ana@example.net", "bo@example.org", "cy@example.com", "dee@example.net"]
    assert audience.lists == ("coast", "national")


def test_a_duplicate_gives_its_tags_and_lists_to_the_first(office: Workspace) -> None:
    audience = read_audience(office, Choice(lists=("coast", "national")))
    bo = next(person for person in audience.recipients if person.name == "Bo")
    assert bo.tags == {"coast", "national"}
    assert bo.lists == ("coast", "national")
    assert bo.outlet == "The Tide", "what was empty is filled"
    assert bo.address == "bo@example.org"
    (other,) = audience.left_out
    assert (other.address, other.reason, other.detail) == (
        "BO@example.org",
        "duplicate",
        "same as lists/coast.csv:3",
    )
    assert str(other.where) == "lists/national.csv:2"


def test_an_audience_is_sized_and_can_be_walked_again_and_again(office: Workspace) -> None:
    audience = read_audience(office, Choice(lists=("coast", "national")))
    assert len(audience.recipients) == 4
    assert len(audience.left_out) == 1
    assert list(audience.recipients) == list(audience.recipients)
    first, second = iter(audience.recipients), iter(audience.recipients)
    assert [next(first), next(second), next(first)][::2] == list(audience.recipients)[:2], "two walks at once"
    assert next(iter(audience.recipients)) in audience.recipients


def test_a_suppressed_person_is_left_out_with_reason_and_date(office: Workspace) -> None:
    write(office, "suppressed", "address,reason,date,source\nANA@example.net,unsubscribed,2026-02-01,link\n")
    audience = read_audience(office, Choice(lists=("coast",)))
    assert addresses(audience) == ["bo@example.org", "cy@example.com"]
    (other,) = audience.left_out
    assert (other.reason, other.detail) == ("suppressed", "unsubscribed 2026-02-01")


def test_importing_a_list_never_revives_a_suppressed_person(office: Workspace) -> None:
    Suppressions(office.suppressed).add("new@example.net", "unsubscribed")
    write(office, "imported", "email,status\nnew@example.net,active\n")
    assert reasons(read_audience(office, Choice(lists=("imported",)))) == [("new@example.net", "suppressed")]


def test_an_excepted_list_is_left_out_even_its_inactive_people(office: Workspace) -> None:
    write(office, "left", "email,status\nBo@example.org,inactive\nana@example.net,active\n")
    audience = read_audience(office, Choice(lists=("coast",), except_lists=("left",)))
    assert addresses(audience) == ["cy@example.com"]
    assert [(o.reason, o.detail) for o in audience.left_out] == [("excepted", "on the list left")] * 2


def test_those_who_got_another_release_can_be_left_out(office: Workspace) -> None:
    choice = Choice(
        lists=("coast",), except_addresses={canonical("Cy@Example.com")}, except_reason="got harbour-report"
    )
    audience = read_audience(office, choice)
    assert reasons(audience) == [("cy@example.com", "got harbour-report")]


def test_where_sees_the_tags_of_all_lists(office: Workspace) -> None:
    choice = Choice(lists=("coast", "national"), where='"coast" in tags and "national" in tags')
    audience = read_audience(office, choice)
    assert addresses(audience) == ["bo@example.org"]
    assert [reason for _, reason in reasons(audience)].count(Reason.NOT_CHOSEN) == 3


def test_where_can_name_a_column_that_only_one_list_has(office: Workspace) -> None:
    assert addresses(read_audience(office, Choice(lists=("coast", "national"), where='beat == "Water"'))) == [
        "ana@example.net"
    ]


def test_the_limit_keeps_the_first_and_names_the_rest(office: Workspace) -> None:
    audience = read_audience(office, Choice(lists=("coast", "national"), limit=2))
    assert addresses(audience) == ["ana@example.net", "bo@example.org"]
    assert reasons(audience) == [
        ("cy@example.com", "over the limit"),
        ("BO@example.org", "duplicate"),
        ("dee@example.net", "over the limit"),
    ]
    assert len(read_audience(office, Choice(lists=("coast",), limit=3)).recipients) == 3
    for none in (9, 10**20):
        assert len(read_audience(office, Choice(lists=("coast",), limit=none)).recipients) == 3


def test_suppression_comes_before_every_other_reason(office: Workspace) -> None:
    Suppressions(office.suppressed).add("bo@example.org", "bounced")
    write(office, "left", "email\nbo@example.org\n")
    choice = Choice(lists=("coast", "national"), except_lists=("left",), where='name == "x"', limit=1)
    by_address = dict(reasons(read_audience(office, choice)))
    assert by_address["bo@example.org"] == "suppressed"


def test_every_row_is_accounted_for(office: Workspace) -> None:
    write(office, "wild", "email,name,status\nana@example.net,Ana,active\nana@example.net,Ana,active\n"
          ",Nobody,\nbo@@example,Bo,\ncy@example.com,Cy,inactive\n"
          "\"x@example.net; y@example.net; X@example.net\",XY,\n")  # fmt: skip
    audience = read_audience(office, Choice(lists=("wild",)))
    assert addresses(audience) == ["ana@example.net", "x@example.net", "y@example.net"]
    assert [reason for _, reason in reasons(audience)] == [
        "duplicate",
        "no address",
        "address can't be used",
        "not active",
        "duplicate",
    ]


def test_the_same_list_twice_is_read_once(office: Workspace) -> None:
    assert reasons(read_audience(office, Choice(lists=("coast", "coast")))) == []


def test_the_summary_counts_lists_languages_and_reasons(office: Workspace) -> None:
    audience = read_audience(office, Choice(lists=("coast", "national"), where='name != "Cy"'))
    in_memory = Audience(tuple(audience.recipients), tuple(audience.left_out))
    counts = count_audience(audience)
    assert {*counts.by_list} == {*count_audience(in_memory).by_list}
    assert {*counts.by_language} == {*count_audience(in_memory).by_language}
    assert {*counts.by_reason} == {*count_audience(in_memory).by_reason}
    assert dict(counts.by_list) == {"coast": 2, "national": 2}
    assert dict(counts.by_language) == {"es-MX": 1, "en": 1, "": 1}
    assert dict(counts.by_reason) == {"duplicate": 1, "not chosen by --where": 1}


def test_warnings_of_many_rows_are_counted_not_repeated(office: Workspace) -> None:
    write(office, "typos", "email\n" + "".join(f"p{n}@gmial.com\n" for n in range(50)))
    findings = read_audience(office, Choice(lists=("typos",))).findings
    assert len(findings) == 11
    assert findings[-1].message == "40 more rows like these"
    assert str(findings[0].where) == "lists/typos.csv:2"


def test_no_list_is_no_recipient(office: Workspace) -> None:
    audience = read_audience(office, Choice())
    assert len(audience.recipients) == len(audience.left_out) == 0


def test_a_list_that_does_not_exist_is_an_error_naming_those_that_do(office: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="There are: coast, national"):
        read_audience(office, Choice(lists=("cost",)))
    with pytest.raises(WorkspaceError):
        read_audience(office, Choice(lists=("coast",), except_lists=("cost",)))


def test_a_broken_suppression_file_stops_everything(office: Workspace) -> None:
    office.suppressed.unlink()
    office.suppressed.mkdir()
    with pytest.raises(ListError):
        read_audience(office, Choice(lists=("coast",)))


def test_two_lists_are_compared_by_person(office: Workspace) -> None:
    difference = diff(read_list(office.lists / "coast.csv"), read_list(office.lists / "national.csv"))
    assert [p.address for p in difference.only_first] == ["ana@example.net", "cy@example.com"]
    assert [p.address for p in difference.only_second] == ["dee@example.net"]
    assert difference.both == 1


def test_under_embargo_only_who_is_marked_as_accepting_them_gets_it(workspace: Workspace) -> None:
    (workspace.lists / "wire.csv").write_text(
        "email,accepts embargo\na@example.net,yes\nb@example.net,no\nc@example.net,\n", "utf-8"
    )
    audience = read_audience(workspace, Choice(("wire",), embargoed=True))
    assert [person.address for person in audience.recipients] == ["a@example.net"]
    assert [(other.address, other.reason) for other in audience.left_out] == [
        ("b@example.net", "accepts no embargoes"),
        ("c@example.net", "not marked as accepting embargoes"),
    ]
    too = read_audience(workspace, Choice(("wire",), embargoed=True, include_unmarked=True))
    assert [person.address for person in too.recipients] == ["a@example.net", "c@example.net"]
    assert len(read_audience(workspace, Choice(("wire",))).recipients) == 3
