"""The fixtures and helpers themselves."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError

from studio.accounts.access import actor_for
from studio.jobs.actions import enqueue
from studio.jobs.registry import Retry, job
from tests.jobs import run_all


def test_the_stranger_is_in_another_team(team, alice, charlie):
    assert actor_for(charlie, team) is None
    assert actor_for(alice, team).role == "owner"


def test_sockets_beyond_loopback_are_blocked():
    expected = pytest.raises(SocketConnectBlockedError)
    with socket.socket() as outside, pytest.warns(UserWarning, match="192.0.2.1"), expected:
        outside.connect(("192.0.2.1", 80))


def test_files_lie_in_a_folder_of_the_test(settings, tmp_path):
    assert tmp_path == settings.STUDIO_DATA_DIR


def test_run_all_runs_due_jobs_and_those_they_make(db):
    seen = []

    @job("tests.chain", queue="io")
    def chain(ctx, step):
        seen.append(step)
        if step == "one":
            enqueue("tests.chain", step="two")

    enqueue("tests.chain", step="one")
    assert run_all() == 2
    assert seen == ["one", "two"]


def test_run_all_leaves_what_is_not_due_unless_asked(db):
    tries = []

    @job("tests.later", queue="io")
    def later(ctx):
        tries.append(1)
        if len(tries) == 1:
            raise Retry(3600, "not yet")

    enqueue("tests.later")
    assert run_all() == 1
    assert run_all() == 0
    assert run_all(waiting=True) == 1
