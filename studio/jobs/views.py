"""What runs now, for the people of a team."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from studio.accounts.requests import HttpRequest
from studio.events.queries import last_seq
from studio.jobs.models import Job
from studio.web.htmx import render_partial


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The team's live jobs and the last fifty that ended."""
    jobs = Job.objects.filter(team=request.actor.team)
    context = {
        "after": last_seq(f"team:{request.actor.team.pk}"),
        "live": jobs.live().order_by("created")[:50],
        "ended": jobs.exclude(finished=None).order_by("-finished")[:50],
    }
    return render_partial(request, "jobs/job_list.html", context, part="jobs/_job_table.html")
