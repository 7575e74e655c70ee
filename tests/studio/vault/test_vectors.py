"""A copy of the vectors in a process follows the rows, whatever happens to them in whatever order, and is read once."""

import random
import threading

import numpy as np
import pytest
from django.db import connection

from studio.accounts.models import Team
from studio.vault.core.embed import DIMENSIONS
from studio.vault.core.ranking import Vectors
from studio.vault.models import Chunk, Document
from studio.vault.search import vectors
from tests.factories import make_team


def unit(at: int) -> Vectors:
    """A vector that is like no other."""
    vector = np.zeros(DIMENSIONS, np.float32)
    vector[at % DIMENSIONS] = 1
    return vector


class Vault:
    """A document of a team, and which of its passages there are."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.document = Document.objects.create(team=team, title="a", sha256="0" * 64, size=1)
        self.ids: set[int] = set()

    def add(self, ids: list[int]) -> None:
        Chunk.objects.bulk_create(
            Chunk(id=id_, document=self.document, ordinal=id_, start=0, end=1, words=1, text="a") for id_ in ids
        )
        vectors.add(self.team.pk, [(id_, unit(id_)) for id_ in ids])
        vectors.touch(self.team.pk)
        self.ids |= set(ids)

    def forget(self, ids: list[int]) -> None:
        Chunk.objects.filter(pk__in=ids).delete()
        vectors.touch(self.team.pk)
        self.ids -= set(ids)

    def is_followed(self) -> bool:
        """Whether a search sees exactly the rows that there are, each with its own vector."""
        found = vectors.search(self.team.pk, unit(0), limit=10_000, collections=None)
        nearest = [vectors.search(self.team.pk, unit(id_), limit=1, collections=None) for id_ in sorted(self.ids)]
        return {id_ for id_, _ in found} == self.ids and nearest == [[(id_, 1.0)] for id_ in sorted(self.ids)]


@pytest.fixture
def vault() -> Vault:
    return Vault(make_team())


@pytest.mark.django_db
def test_ids_of_a_slow_transaction_that_come_late_are_found(vault: Vault) -> None:
    vault.add([10, 11, 30, 31])
    assert vault.is_followed()
    vault.add([20, 21])
    assert vault.is_followed()


@pytest.mark.django_db
def test_as_many_that_come_late_as_were_forgotten_are_no_standstill(vault: Vault) -> None:
    vault.add([10, 11, 30, 31])
    assert vault.is_followed()
    vault.add([20, 21])
    vault.forget([10, 11])
    assert vault.is_followed()


@pytest.mark.django_db
def test_nothing_left_is_nothing_found(vault: Vault) -> None:
    vault.add([1, 2])
    assert vault.is_followed()
    vault.forget([1, 2])
    assert vault.is_followed()
    vault.add([3])
    assert vault.is_followed()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_any_course_of_adding_and_forgetting_is_followed(vault: Vault, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(12):
        free = sorted(set(range(1, 80)) - vault.ids)
        vault.add(sorted(chance.sample(free, chance.randint(0, 6))))
        if chance.random() < 0.6:
            vault.forget(sorted(chance.sample(sorted(vault.ids), chance.randint(0, len(vault.ids) * 2 // 5))))
        assert vault.is_followed()


@pytest.mark.django_db(transaction=True)
def test_those_who_search_at_once_read_the_vectors_once(vault: Vault) -> None:
    vault.add(list(range(1, 300)))
    gate, found = threading.Barrier(6), []

    def one() -> None:
        gate.wait()
        found.append(vectors._current(vault.team.pk))
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len({id(matrix.vectors) for matrix in found}) == 1
