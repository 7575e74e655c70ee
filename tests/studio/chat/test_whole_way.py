"""From uploaded documents to a proved answer: real search, real jobs, real HTTP on loopback."""

import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from studio import samples
from studio.accounts.models import Role, Team, User
from studio.chat import actions
from studio.chat.models import Message
from studio.chat.queries import CLOSEST
from studio.chat.tasks import answer_message, failed
from studio.endpoints.models import Endpoint
from studio.jobs import runner
from studio.jobs.models import Job
from studio.llm.builtin import MODEL
from studio.vault.actions import store_document
from studio.vault.models import Chunk
from tests.core.llm.server import Exchange, answering, chunk, serving
from tests.factories import make_team, make_user
from tests.jobs import run_all
from tests.studio.chat.world import actor_of, events_of, folded

pytestmark = pytest.mark.django_db(transaction=True)  # an answer is asked for in a thread of its own


@pytest.fixture
def vault(alice: User) -> None:
    """Two sample documents, indexed."""
    for name in ("returns-and-complaints.md", "travel-and-expenses.md"):
        store_document(actor_of(alice), [(Path(samples.__file__).parent / name).read_bytes()], filename=name)
    run_all()


@pytest.fixture
def endpoint(team: Team) -> Callable[[str], Endpoint]:
    def at(url: str) -> Endpoint:
        return Endpoint.objects.create(team=team, name="Loopback", base_url=url, model="tiny", roles=["answerer"])

    return at


def ask(user: User, question: str) -> Message:
    answer = actions.start_conversation(actor_of(user), question)
    run_all()
    answer.refresh_from_db()
    return answer


@pytest.mark.usefixtures("vault")
def test_the_built_in_answerer_proves_its_answer_at_exact_offsets(
    alice: User, client_for: Callable[[User], Client]
) -> None:
    answer = ask(alice, "How much is charged for a pallet that cannot be exchanged?")
    assert (answer.state, answer.model) == ("done", MODEL)
    assert "14.50 euros" in answer.text
    for citation in answer.citations.all():
        assert citation.stands
        passage = Chunk.objects.get(pk=citation.chunk_id)
        assert citation.start is not None
        assert citation.end is not None
        assert passage.text[citation.start - passage.start : citation.end - passage.start] == citation.quote
        assert citation.text_sha256 == passage.document.text_sha256
    page = reverse("chat:conversation_detail", args=[answer.conversation_id])
    html = client_for(alice).get(page).content.decode()
    assert 'class="cite"' in html
    assert MODEL in html


@pytest.mark.usefixtures("vault")
def test_an_endpoint_streams_its_answer_and_is_accounted_for(alice: User, endpoint: Callable[[str], Endpoint]) -> None:
    pieces = [
        "A pallet costs ",
        '14.50 [1: "charged with 14.50',
        ' euros"]',
        ', or nothing [2: "never charged at all"].',
    ]
    with serving(answering(*pieces)) as server:
        endpoint(server.url)
        answer = ask(alice, "How much is charged for a pallet that cannot be exchanged?")
        sent = server.requests[0].body
    assert (answer.state, answer.text) == ("done", "A pallet costs 14.50 [1], or nothing.")
    assert folded(events_of(answer), answer) == answer.text
    assert (answer.endpoint, answer.model, answer.tokens) == ("Loopback", "served-model", 120)
    assert sent["messages"][-1]["content"].startswith("=== BEGIN EVIDENCE")


@pytest.mark.usefixtures("vault")
def test_an_endpoint_that_is_down_ends_in_a_named_state_and_a_sentence(
    alice: User, endpoint: Callable[[str], Endpoint]
) -> None:
    with serving(answering("x")) as server:
        url = server.url
    endpoint(url)
    answer = ask(alice, "When does a complaint get an answer?")
    assert answer.state == "failed"
    assert answer.error.endswith(".")
    assert answer.text == ""
    assert Job.objects.get(key=answer.job_key).status == Job.Status.DONE


@pytest.mark.usefixtures("vault")
def test_a_key_that_is_refused_is_named(alice: User, endpoint: Callable[[str], Endpoint]) -> None:
    with serving(lambda exchange: exchange.error(401, "bad key sk-secret")) as server:
        endpoint(server.url)
        answer = ask(alice, "When does a complaint get an answer?")
    assert answer.state == "failed"
    assert "sk-secret" not in f"{answer.error}{answer.trace}"


@pytest.mark.usefixtures("vault")
def test_a_stop_reaches_a_silent_endpoint(alice: User, endpoint: Callable[[str], Endpoint]) -> None:
    answer = actions.start_conversation(actor_of(alice), "When does a complaint get an answer?")

    def begins_then_stops(exchange: Exchange) -> None:
        exchange.head()
        exchange.write(chunk("Within two working days"))
        exchange.hold()

    with serving(begins_then_stops) as server:
        endpoint(server.url)
        job = Job.objects.get(key=answer.job_key)

        class Impatient(runner.JobContext):
            """A context in which a person stops the answer as soon as it has begun to show."""

            def stopped(self) -> bool:
                if Message.objects.get(pk=answer.pk).text:
                    actions.stop_answer(answer)
                return super().stopped()

        claimed = runner.claim(str(job.pk))
        assert claimed is not None
        answer_message(Impatient(claimed), str(answer.pk))
    answer.refresh_from_db()
    assert (answer.state, answer.text) == ("stopped", "Within two working days")


def test_an_empty_vault_is_said(alice: User) -> None:
    answer = ask(alice, "Is there anything?")
    assert answer.state == "done"
    assert "vault" in answer.text


def test_an_answer_whose_job_fails_for_good_says_so(alice: User) -> None:
    answer = actions.start_conversation(actor_of(alice), "When?")
    for _ in range(2):  # told twice, said once
        failed({"message_id": str(answer.pk)}, "It was interrupted too often.")
    answer.refresh_from_db()
    assert (answer.state, answer.error) == ("failed", "It was interrupted too often.")
    assert [event.kind for event in events_of(answer)].count("answer.failed") == 1


def command(question: str, **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("ask", question, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.mark.usefixtures("vault")
def test_the_terminal_answers_with_proofs_and_progress() -> None:
    out, err = command("How much is charged for a pallet that cannot be exchanged?")
    assert "14.50 euros [1]" in out
    assert "[1] returns-and-complaints, " in out
    assert "Searching the vault" in err
    assert MODEL in err
    assert not Message.objects.exists()


@pytest.mark.usefixtures("vault")
def test_the_terminal_shows_the_closest_passages_where_nothing_is_proved() -> None:
    out, _ = command("Which colour has the door of the canteen?")
    answer, _, closest = out.partition("Closest passages:")
    assert "[1]" not in answer
    assert len(closest.strip().splitlines()) == CLOSEST


@pytest.mark.usefixtures("vault")
def test_the_terminal_names_what_went_wrong(endpoint: Callable[[str], Endpoint]) -> None:
    with serving(lambda exchange: exchange.error(401)) as server:
        endpoint(server.url)
        with pytest.raises(CommandError, match="key"):
            command("When does a complaint get an answer?")


@pytest.mark.parametrize("wanted", ["Arctic", "00000000-0000-7000-8000-000000000000"])
def test_the_terminal_knows_only_teams_that_exist(alice: User, wanted: str) -> None:
    with pytest.raises(CommandError, match="There is no such team"):
        command("x?", team=wanted)


def test_the_terminal_asks_which_team_when_there_are_several(alice: User) -> None:
    other = make_team("Second")
    make_user("Second owner", team=other, role=Role.OWNER)
    with pytest.raises(CommandError, match="Arctic Lab, Second"):
        command("x?")
    assert "vault" in command("x?", team="Second")[0]
    assert "vault" in command("x?", team=str(other.pk))[0]


@pytest.fixture(autouse=True)
def _threads_end() -> Iterator[None]:
    yield
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("answer")]
