"""Jobs of the vault."""

from typing import Any

from studio.jobs.registry import JobFailed, job
from studio.jobs.runner import JobContext
from studio.vault import actions, indexing
from studio.vault.core.errors import EmbedderError, ExtractionError
from studio.web.errors import StudioError


def _failed(kwargs: dict[str, Any], sentence: str) -> None:
    actions.fail_document(kwargs["document_id"], sentence, retryable=True)


@job(actions.INDEX_JOB, queue="cpu", max_attempts=3, on_failure=_failed)
def index_document(ctx: JobContext, document_id: str) -> None:
    """Read, cut and embed one document; a file that cannot be read ends as failed with its reason."""
    document = actions.start_indexing(document_id)
    if document is None:
        return
    show = actions.paced(lambda percent, stage: actions.show_progress(document, percent, stage))

    def report(percent: int, stage: str) -> None:
        ctx.progress(percent, 100)
        show(percent, stage)

    try:
        indexing.index_document(document, stopped=ctx.stopped, report=report)
    except indexing.NotWanted:
        return
    except ExtractionError as error:
        actions.fail_document(document_id, error.sentence, retryable=error.retryable)
        raise JobFailed(error.sentence, cause=f"{error.code}: {error.cause}") from error
    except (EmbedderError, StudioError) as error:
        sentence = error.sentence if isinstance(error, EmbedderError) else error.message
        raise JobFailed(sentence, cause=getattr(error, "cause", "") or type(error).__name__) from error


@job(actions.REMOVE_JOB, queue="io", max_attempts=10)
def remove_files(ctx: JobContext, sha256: str, text_sha256: str) -> None:
    """Remove the file and the text of a forgotten document, unless another document has them."""
    actions.remove_unnamed(sha256, text_sha256)
