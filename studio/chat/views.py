"""The pages of conversations: the Ask page, a conversation, and the forms on them."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.accounts.access import require
from studio.accounts.requests import HttpRequest
from studio.chat import actions
from studio.chat.access import access_conversation, access_deleted_conversation, access_message
from studio.chat.api import conversation_out
from studio.chat.forms import QuestionForm, RenameForm
from studio.chat.models import Conversation, Message
from studio.chat.queries import addresses, newest, page_of, suggested_questions, thread
from studio.events.queries import last_seq
from studio.vault.models import Document
from studio.web.errors import Conflict
from studio.web.htmx import is_partial, render_partial
from studio.web.ids import as_uuid


@require_http_methods(["GET", "HEAD", "POST"])
def conversation_list(request: HttpRequest) -> HttpResponse:
    """The Ask page: a question box, and the team's conversations with a search across them."""
    require(request.actor, "read")
    if request.method == "POST":
        form = QuestionForm(request.POST)
        if form.is_valid():
            return _to_answer(actions.start_conversation(request.actor, form.cleaned_data["question"]))
        return _ask_page(request, form, status=422)
    form = QuestionForm(initial={"question": request.GET.get("question", "")[: actions.LONGEST_QUESTION]})
    return _ask_page(request, form)


@require_safe
def conversation_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A conversation. `?at=` names a message that the shown branch leads through."""
    return _detail(request, access_conversation(request.actor, pk))


@require_safe
def conversation_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The conversation as one line of JSON, which the import of pairs reads."""
    found = conversation_out(access_conversation(request.actor, pk))
    name = f'attachment; filename="conversation-{pk}.json"'
    return HttpResponse(found.model_dump_json(), content_type="application/json", headers={"Content-Disposition": name})


@require_safe
def message_text(request: HttpRequest, pk: UUID, message_pk: UUID) -> HttpResponse:
    """What has been written of an answer until now, as the page shows it while it grows."""
    answer = access_message(access_conversation(request.actor, pk), message_pk, role=Message.Role.ASSISTANT)
    return render(request, "chat/_answer_text.html", {"text": answer.text, "addresses": addresses(answer)})


@require_POST
def message_create(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask on, below the answer named by `parent`."""
    conversation = access_conversation(request.actor, pk, right="ask")
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _detail(request, conversation, form=form, status=422)
    above = form.cleaned_data["parent"]
    parent = access_message(conversation, above, role=Message.Role.ASSISTANT) if above else None
    try:
        answer = actions.ask(request.actor, conversation, form.cleaned_data["question"], parent=parent)
    except Conflict as conflict:
        form.add_error("question", conflict.message)
        return _detail(request, conversation, form=form, status=conflict.status)
    return _to_answer(answer)


@require_POST
def message_edit(request: HttpRequest, pk: UUID, message_pk: UUID) -> HttpResponse:
    """Ask a question again in other words; the first wording stays as another branch."""
    conversation = access_conversation(request.actor, pk, right="ask")
    question = access_message(conversation, message_pk, role=Message.Role.USER)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _detail(request, conversation, at=message_pk, editing=(message_pk, form), status=422)
    return _to_answer(actions.edit_question(request.actor, question, form.cleaned_data["question"]))


@require_POST
def message_regenerate(request: HttpRequest, pk: UUID, message_pk: UUID) -> HttpResponse:
    conversation = access_conversation(request.actor, pk, right="ask")
    answer = access_message(conversation, message_pk, role=Message.Role.ASSISTANT)
    return _to_answer(actions.regenerate(request.actor, answer))


@require_POST
def message_stop(request: HttpRequest, pk: UUID, message_pk: UUID) -> HttpResponse:
    conversation = access_conversation(request.actor, pk, right="ask")
    answer = access_message(conversation, message_pk, role=Message.Role.ASSISTANT)
    actions.stop_answer(answer)
    if is_partial(request):
        return _detail(request, conversation, at=message_pk)
    return _to_answer(answer)


@require_POST
def conversation_rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    conversation = access_conversation(request.actor, pk, right="ask")
    form = RenameForm(request.POST)
    if not form.is_valid():
        return _detail(request, conversation, renaming=form, status=422)
    actions.rename_conversation(request.actor, conversation, form.cleaned_data["title"])
    return redirect("chat:conversation_detail", pk)


def conversation_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks once, then deletes; the Ask page offers the way back."""
    conversation = access_conversation(request.actor, pk, right="ask")
    if request.method != "POST":
        count = conversation.messages.count()
        return render(request, "chat/conversation_delete.html", {"conversation": conversation, "count": count})
    actions.delete_conversation(request.actor, conversation)
    return redirect(f"{reverse('chat:conversation_list')}?deleted={pk}")


@require_POST
def conversation_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    conversation = access_deleted_conversation(request.actor, pk)
    actions.restore_conversation(request.actor, conversation)
    messages.success(request, "The conversation is back.")
    return redirect("chat:conversation_detail", pk)


def _ask_page(request: HttpRequest, form: QuestionForm, *, status: int = 200) -> HttpResponse:
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    kept = Conversation.objects.kept().filter(team=request.actor.team).select_related("created_by")
    page = page_of(
        kept.mentioning(words) if words else kept,
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
    )
    form.fields["question"].widget.attrs |= {"data-draft-key": f"ask:{request.actor.team.pk}", "autofocus": True}
    stream = f"team:{request.actor.team.pk}"
    context = {
        "form": form,
        "words": words,
        "page": page,
        "suggested": () if page.rows or words else suggested_questions(request.actor.team),
        "has_documents": bool(page.rows) or Document.objects.filter(team=request.actor.team).exists(),
        "previous": _page_address(request, after=page.previous),
        "next": _page_address(request, before=page.next),
        "deleted": _deleted(request),
        "stream": stream,
        "last_seq": last_seq(stream),
    }
    return render_partial(
        request, "chat/conversation_list.html", context, part="chat/_conversations.html", status=status
    )


def _page_address(request: HttpRequest, **cursor: str | None) -> str:
    """The query string of another page of the same list, empty without a cursor."""
    kept = {name: request.GET[name] for name in ("q",) if request.GET.get(name)}
    wanted = {name: value for name, value in cursor.items() if value}
    return f"?{urlencode(kept | wanted)}" if wanted else ""


def _deleted(request: HttpRequest) -> Conversation | None:
    """The conversation that was deleted just now, to be brought back."""
    pk = as_uuid(request.GET.get("deleted", ""))
    deleted = Conversation.objects.filter(team=request.actor.team, deleted__isnull=False)
    return deleted.filter(pk=pk).first() if pk else None


def _detail(
    request: HttpRequest,
    conversation: Conversation,
    *,
    at: UUID | None = None,
    form: QuestionForm | None = None,
    editing: tuple[UUID, QuestionForm] | None = None,
    renaming: RenameForm | None = None,
    status: int = 200,
) -> HttpResponse:
    after = last_seq(conversation.stream)  # before the text: an event told twice changes nothing, a missed one would
    at = at or as_uuid(request.GET.get("at", ""))
    if at is None and form is not None and form.is_bound:
        at = form.cleaned_data.get("parent")
    shown = thread(conversation, at)
    leaf = shown[-1].message.pk if shown and shown[-1].message.role == Message.Role.ASSISTANT else None
    form = form or QuestionForm(initial={"parent": leaf})
    form.fields["question"].widget.attrs |= {"data-draft-key": f"conversation:{conversation.pk}", "rows": 2}
    page = newest(request.actor.team) if request.htmx.target != "thread" else None
    context: dict[str, Any] = {
        "conversation": conversation,
        "page": page,
        "shown": shown,
        "at": at,
        "leaf": leaf,
        "form": form,
        "editing": editing[0] if editing else None,
        "edit_form": editing[1] if editing else None,
        "rename_form": renaming or RenameForm(initial={"title": conversation.title}),
        "is_renaming": renaming is not None,
        "may_ask": request.actor.may("ask"),
        "may_teach": request.actor.may("teach"),
        "last_seq": after,
    }
    return render_partial(request, "chat/conversation_detail.html", context, part="chat/_thread.html", status=status)


def _to_answer(answer: Message) -> HttpResponse:
    """The conversation at that answer."""
    place = reverse("chat:conversation_detail", args=[answer.conversation_id])
    return redirect(f"{place}?at={answer.pk}#message-{answer.pk}")
