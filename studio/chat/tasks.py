"""The job that writes an answer."""

from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils import timezone

from studio.chat.actions import JOB, stop_answer
from studio.chat.answering import answer_message as write_answer
from studio.chat.models import Message
from studio.chat.writing import Superseded
from studio.events.actions import append
from studio.events.durable import FlowChanged
from studio.jobs.models import Job
from studio.jobs.registry import JobFailed, job
from studio.jobs.runner import JobContext

UPDATED = "The studio was updated while this answer was being written. Ask again."


def failed(kwargs: dict[str, Any], sentence: str) -> None:
    """Say on the answer that there will be none."""
    answer = Message.objects.select_related("conversation").filter(pk=kwargs["message_id"]).first()
    if answer is None:
        return
    with transaction.atomic():
        streaming = Message.objects.filter(pk=answer.pk, state=Message.State.STREAMING)
        if streaming.update(state=Message.State.FAILED, error=sentence, finished=timezone.now()):
            told = {"message_id": str(answer.pk), "error": sentence}
            append(answer.conversation.stream, "answer.failed", told)


@job(JOB, queue="io", max_attempts=10, on_failure=failed)
def answer_message(ctx: JobContext, message_id: str) -> None:
    try:
        write_answer(message_id, claim=ctx.job.claims, stopped=ctx.stopped)
    except FlowChanged as changed:
        raise JobFailed(UPDATED, cause=str(changed)) from changed
    except Superseded:
        with suppress(Message.DoesNotExist):
            _stop_if_called_off(ctx, Message.objects.select_related("conversation").get(pk=message_id))


def _stop_if_called_off(ctx: JobContext, answer: Message) -> None:
    """A job called off on the jobs page stops its answer; one that another worker took over leaves it alone."""
    if Job.objects.filter(pk=ctx.job.pk, claims=ctx.job.claims, cancel_requested=True).exists():
        stop_answer(answer)
