"""The fixtures themselves: who is where, and that no test reaches beyond this machine."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError

from studio.accounts.access import actor_for


def test_the_stranger_is_in_another_team(team, alice, charlie):
    assert actor_for(charlie, team) is None
    assert actor_for(alice, team).role == "owner"


def test_sockets_beyond_loopback_are_blocked():
    expected = pytest.raises(SocketConnectBlockedError)
    with socket.socket() as outside, pytest.warns(UserWarning, match="192.0.2.1"), expected:
        outside.connect(("192.0.2.1", 80))


def test_files_lie_in_a_folder_of_the_test(settings, tmp_path):
    assert tmp_path == settings.STUDIO_DATA_DIR
