"""The pages of the vault: what they show, what they do, and who is refused."""

import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studio.accounts.models import Team, User
from studio.vault import blobs
from studio.vault.models import Document
from studio.vault.reading import WINDOW
from studio.web.ids import uuid7
from tests.jobs import run_all
from tests.studio.vault.samples import HANDBOOK, REACTOR, ready, stored

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
LIST = "/vault/"


def file(name: str = "handbook.md", content: str = HANDBOOK) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


def test_the_empty_vault_says_what_it_is_for(alice: User, client_for: ClientFor) -> None:
    page = client_for(alice).get(LIST)
    assert page.status_code == 200
    assert "The vault is empty" in page.content.decode()


def test_uploading_by_form_stores_and_returns_to_the_list(alice: User, client_for: ClientFor) -> None:
    client = client_for(alice)
    answer = client.post(
        reverse("vault:document_upload"), {"file": [file(), file("b.md", REACTOR)], "collection": "All"}
    )
    assert answer.status_code == 302
    assert Document.objects.count() == 2
    page = client.get(LIST).content.decode()
    assert "handbook is stored" in page
    assert "All (2)" in page


def test_uploading_by_script_answers_with_json(bob: User, client_for: ClientFor) -> None:
    client = client_for(bob)
    address = reverse("vault:document_upload")
    answer = client.post(address, {"file": file()}, headers={"Accept": "application/json"})
    assert answer.status_code == 201
    data = answer.json()
    assert (data["state"], data["is_new"]) == ("stored", True)
    again = client.post(address, {"file": file()}, headers={"Accept": "application/json"}).json()
    assert (again["id"], again["is_new"]) == (data["id"], False)


def test_a_refused_upload_says_why(alice: User, client_for: ClientFor, settings) -> None:  # type: ignore[no-untyped-def]
    settings.STUDIO_UPLOAD_MAX_MB = 1
    client = client_for(alice)
    address = reverse("vault:document_upload")
    large = client.post(address, {"file": file(content="x" * 1_000_001)}, headers={"Accept": "application/json"})
    assert (large.status_code, large.json()["error"]) == (413, "A file may have at most 1 MB.")
    empty = client.post(address, {"file": file(content="")}, headers={"Accept": "application/json"})
    assert empty.status_code == 422
    assert client.post(address, {}, headers={"Accept": "application/json"}).status_code == 422
    assert "empty" in client.post(address, {"file": file(content="")}, follow=True).content.decode()


def test_the_list_filters_and_sorts_by_address(alice: User, team: Team, client_for: ClientFor) -> None:
    ready(alice, team, HANDBOOK, collection="People")
    ready(alice, team, REACTOR)
    ready(alice, team, b"  ", filename="blank.txt")
    client = client_for(alice)

    def titles(query: str) -> list[str]:
        return [document.title for document in client.get(f"{LIST}?{query}").context["documents"]]

    assert titles("") == ["blank", "RX-40 manual", "Employee handbook"]
    assert titles("sort=title") == ["Employee handbook", "RX-40 manual", "blank"]
    assert titles("sort=-size")[0] == "Employee handbook"
    assert titles("state=failed") == ["blank"]
    assert titles("q=manual") == ["RX-40 manual"]
    collection = Document.objects.get(title="Employee handbook").collection_id
    assert titles(f"collection={collection}") == ["Employee handbook"]
    assert titles("state=nonsense&sort=nonsense&after=nonsense&collection=nonsense") == titles("")
    assert "holds no text" in client.get(LIST).content.decode()


@pytest.mark.parametrize("sort", ["created", "-created", "title", "-title", "size", "-size", "state", "-state"])
def test_paging_shows_each_document_once_in_both_directions(
    alice: User, team: Team, client_for: ClientFor, sort: str
) -> None:
    Document.objects.bulk_create(
        Document(team=team, title=f"T{number % 7}", sha256=uuid7().hex * 2, size=number % 5) for number in range(120)
    )
    client = client_for(alice)
    pages, query = [], f"sort={sort}"
    while True:
        context = client.get(f"{LIST}?{query}").context
        pages.append([document.pk for document in context["documents"]])
        if context["page"].next is None:
            break
        query = f"sort={sort}&after={context['page'].next}"
    assert [len(page) for page in pages] == [50, 50, 20]
    assert len({pk for page in pages for pk in page}) == 120
    back = client.get(f"{LIST}?sort={sort}&before={context['page'].previous}").context
    assert [document.pk for document in back["documents"]] == pages[1]
    first = client.get(f"{LIST}?sort={sort}&before={back['page'].previous}").context
    assert [document.pk for document in first["documents"]] == pages[0]
    assert first["page"].previous is None


def test_the_list_takes_as_many_statements_for_fifty_as_for_one(alice: User, team: Team, client_for: ClientFor) -> None:
    client = client_for(alice)

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    stored(alice, team, HANDBOOK, collection="A")
    one = statements()
    for number in range(49):
        stored(alice, team, f"# Document {number}\n\nText.", collection=f"C{number % 5}")
    assert statements() == one


def test_the_list_is_fetched_again_as_a_part(alice: User, team: Team, client_for: ClientFor) -> None:
    stored(alice, team, HANDBOOK)
    part = client_for(alice).get(LIST, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert f'data-stream="vault:{team.pk}"' in part
    assert "<html" not in part


def test_a_document_page_shows_text_details_and_sections(alice: User, team: Team, client_for: ClientFor) -> None:
    document = ready(alice, team, HANDBOOK)
    page = client_for(alice).get(document.get_absolute_url()).content.decode()
    assert "Every employee is entitled to 28 days" in page
    assert document.sha256 in page
    assert "Sickness</a>" in page


def test_a_span_is_marked_exactly(alice: User, team: Team, client_for: ClientFor) -> None:
    document = ready(alice, team, HANDBOOK)
    start = HANDBOOK.index("28 days")
    page = client_for(alice).get(document.span_url(start, start + 7)).content.decode()
    assert '<mark id="span">28 days</mark>' in page
    assert document.span_url(start, start + 7).endswith("#span")


@pytest.mark.parametrize(
    "query", ["start=5&end=3", "start=0&end=999999", "start=-1&end=4", "start=x&end=y", "at=99999999"]
)
def test_a_span_outside_the_text_marks_nothing(alice: User, team: Team, client_for: ClientFor, query: str) -> None:
    document = ready(alice, team, HANDBOOK)
    page = client_for(alice).get(f"{document.get_absolute_url()}?{query}")
    assert page.status_code == 200
    assert "<mark" not in page.content.decode()


def test_a_long_text_is_shown_in_parts_that_join(alice: User, team: Team, client_for: ClientFor) -> None:
    text = "".join(f"Line {number} of a long report about pumps.\n" for number in range(4_000))
    document = stored(alice, team, text)
    Document.objects.filter(pk=document.pk).update(state="ready", text_sha256=document.sha256)
    client = client_for(alice)
    shown, at = "", 0
    while True:
        window = client.get(f"{document.get_absolute_url()}?at={at}").context["window"]
        assert window.end - window.begin <= WINDOW
        shown += window.after
        if window.next is None:
            break
        at = window.next
    assert shown == text
    span = text.index("Line 3000 ")
    window = client.get(document.span_url(span, span + 9)).context["window"]
    assert window.marked == "Line 3000"
    assert window.before + window.marked + window.after == text[window.begin : window.end]


def test_the_text_of_a_document_is_inert(alice: User, team: Team, client_for: ClientFor) -> None:
    document = ready(alice, team, "# <script>alert(1)</script>\n\nText <img src=x onerror=alert(1)> end.")
    client = client_for(alice)
    for page in (client.get(document.get_absolute_url()), client.get("/vault/search/?q=text"), client.get(LIST)):
        assert "<script>alert" not in page.content.decode()
        assert "<img src=x" not in page.content.decode()


def test_the_passages_are_listed_with_their_place(alice: User, team: Team, client_for: ClientFor) -> None:
    document = ready(alice, team, "\n".join(f"# Part {number}\n\nText {number}.\n" for number in range(60)))
    client = client_for(alice)
    first = client.get(f"{document.get_absolute_url()}?view=chunks")
    assert len(first.context["chunks"]) == 50
    rest = client.get(f"{document.get_absolute_url()}?view=chunks&from={first.context['next_chunk']}")
    assert len(rest.context["chunks"]) == 10


def test_a_waiting_and_a_failed_document_say_so(alice: User, team: Team, client_for: ClientFor) -> None:
    client = client_for(alice)
    document = stored(alice, team, b"  ", filename="blank.txt")
    assert "waits for a worker" in client.get(document.get_absolute_url()).content.decode()
    run_all()
    assert "holds no text" in client.get(document.get_absolute_url()).content.decode()
    answer = client.post(reverse("vault:document_retry", args=[document.pk]))
    assert answer.status_code == 302
    assert Document.objects.get().state == "stored"
    assert client.post(reverse("vault:document_retry", args=[document.pk])).status_code == 409


def test_a_file_is_only_ever_a_download(alice: User, team: Team, client_for: ClientFor) -> None:
    document = ready(alice, team, "<!doctype html><script>x</script><p>Text", filename='evil".html')
    answer = client_for(alice).get(reverse("vault:document_file", args=[document.pk]))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == b"<!doctype html><script>x</script><p>Text"


def test_a_damaged_file_is_not_served(alice: User, team: Team, client_for: ClientFor) -> None:
    document = stored(alice, team, HANDBOOK)
    blobs.path(document.sha256).write_bytes(b"other")
    answer = client_for(alice).get(reverse("vault:document_file", args=[document.pk]))
    assert answer.status_code == 500
    assert b"damaged" in answer.content


def test_title_and_collection_can_be_changed(alice: User, team: Team, client_for: ClientFor) -> None:
    document = stored(alice, team, HANDBOOK)
    client = client_for(alice)
    address = reverse("vault:document_change", args=[document.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"title": "", "collection": ""}).status_code == 422
    assert client.post(address, {"title": "Day / night  rules", "collection": "People"}).status_code == 302
    document.refresh_from_db()
    assert document.title == "Day / night rules"
    assert str(document.collection) == "People"
    client.post(address, {"title": "New name", "collection": ""})
    document.refresh_from_db()
    assert document.collection is None


def test_forgetting_asks_first_and_names_what_is_lost(alice: User, team: Team, client_for: ClientFor) -> None:
    documents = [ready(alice, team, HANDBOOK), ready(alice, team, REACTOR)]
    client = client_for(alice)
    data = {"id": [document.pk for document in documents]}
    question = client.post(reverse("vault:documents_forget"), data).content.decode()
    assert "Employee handbook" in question
    assert "RX-40 manual" in question
    assert Document.objects.count() == 2
    assert client.post(reverse("vault:documents_forget"), data | {"confirmed": "1"}).status_code == 302
    assert Document.objects.count() == 0


def test_selected_failed_documents_are_read_again(alice: User, team: Team, client_for: ClientFor) -> None:
    document = ready(alice, team, b"  ", filename="blank.txt")
    client = client_for(alice)
    client.post(reverse("vault:documents_retry"), {"id": [document.pk, "nonsense"]})
    assert Document.objects.get().state == "stored"
    page = client.post(reverse("vault:documents_retry"), {"id": [document.pk]}, follow=True).content.decode()
    assert "None of the selected" in page


def test_a_document_that_somebody_else_was_quicker_with_does_not_keep_others_from_being_read(
    alice: User, team: Team, client_for: ClientFor
) -> None:
    names = ["a", "b", "c"]
    documents = [ready(alice, team, b" " * (n + 1), filename=f"{name}.txt") for n, name in enumerate(names)]
    ended = Document.objects.filter(title="b", state="failed")

    def quicker(execute: Callable[..., object], sql: str, *rest: object) -> object:
        if sql.startswith("INSERT") and ended.exists():  # while the first one is begun
            ended.update(state="indexing")
        return execute(sql, *rest)

    client = client_for(alice)
    with connection.execute_wrapper(quicker):
        page = client.post(reverse("vault:documents_retry"), {"id": [document.pk for document in documents]})
    assert page.status_code == 302
    found = Document.objects.order_by("title").values_list("title", "state")
    assert list(found) == [("a", "stored"), ("b", "indexing"), ("c", "stored")]
    assert "2 will be read again." in client.get(LIST).content.decode()


def test_the_search_page_marks_words_and_says_why(alice: User, team: Team, client_for: ClientFor) -> None:
    ready(alice, team, HANDBOOK)
    ready(alice, team, REACTOR)
    client = client_for(alice)
    page = client.get("/vault/search/?q=inspected+pump&mode=hybrid").content.decode()
    assert "<mark>pump</mark>" in page
    assert "Why this rank: Keyword rank 1" in page
    assert "start=" in page
    assert "No passage" in client.get("/vault/search/?q=zzzqqq&mode=keyword").content.decode()
    assert client.get("/vault/search/").status_code == 200


def test_search_in_an_empty_vault_offers_the_upload(alice: User, client_for: ClientFor) -> None:
    assert "Nothing to search yet" in client_for(alice).get("/vault/search/?q=x").content.decode()


def test_strangers_find_nothing_at_any_address(alice: User, charlie: User, team: Team, client_for: ClientFor) -> None:
    document = ready(alice, team, HANDBOOK)
    client = client_for(charlie)
    for name in ("document_detail", "document_file", "document_change"):
        assert client.get(reverse(f"vault:{name}", args=[document.pk])).status_code == 404
    for name in ("document_change", "document_retry"):
        assert client.post(reverse(f"vault:{name}", args=[document.pk])).status_code == 404
    client.post(reverse("vault:documents_forget"), {"id": [document.pk], "confirmed": "1"})
    assert Document.objects.filter(pk=document.pk).exists()
    assert "Employee handbook" not in client.get(LIST).content.decode()
    assert "28 days" not in client.get("/vault/search/?q=holiday").content.decode()
    assert Client().get(LIST).status_code == 302


def test_a_member_cannot_forget_what_others_uploaded(alice: User, bob: User, team: Team, client_for: ClientFor) -> None:
    document = ready(alice, team, HANDBOOK)
    client = client_for(bob)
    answer = client.post(reverse("vault:documents_forget"), {"id": [document.pk], "confirmed": "1"})
    assert answer.status_code == 403
    assert "Forget" not in client.get(document.get_absolute_url()).content.decode()


def test_the_progress_of_a_document_is_told_in_percent(alice: User, team: Team, client_for: ClientFor) -> None:
    document = stored(alice, team, HANDBOOK)
    Document.objects.filter(pk=document.pk).update(state="indexing", progress=43)
    client = client_for(alice)
    assert "Indexing 43 %" in client.get(LIST).content.decode()
    part = client.get(document.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert 'value="43"' in part
    assert json.dumps(part)


def test_a_section_longer_than_a_page_of_text_is_marked_at_its_beginning(
    alice: User, team: Team, client_for: ClientFor
) -> None:
    document = ready(alice, team, "# All\n\n" + "A sentence of the whole.\n" * 10_000)
    (section,) = document.outline["sections"]
    window = client_for(alice).get(document.span_url(section[2], section[3])).context["window"]
    assert len(window.marked) == WINDOW
    assert window.next == window.end < document.char_count


def test_a_pasted_page_is_searched_for_by_its_beginning(alice: User, team: Team, client_for: ClientFor) -> None:
    ready(alice, team, HANDBOOK)
    page = client_for(alice).get("/vault/search/", {"q": "How many days of paid holiday? " + "and so on " * 500})
    assert "28 days" in page.context["results"][0].hit.text
