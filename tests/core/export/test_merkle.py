"""The hash tree agrees with the reference trees of RFC 6962 and its proofs prove exactly one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.core.merkle import EMPTY_ROOT, Tree, check_proof, leaf_hash, prove, root_of

LEAVES = [bytes.fromhex(part) for part in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_root_is_the_reference_root(size: int) -> None:
    assert root_of(leaf_hash(leaf) for leaf in LEAVES[:size]).hex() == ROOTS[size - 1]


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert Tree().root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", [1, 257])
def test_every_proof_verifies_and_only_at_its_place(size: int) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    root = root_of(leaves)
    for index in range(size):
        proof = prove(leaves, index)
        assert len(proof) <= (size - 1).bit_length()
        assert check_proof(leaves[index], index, size, proof, root)
        assert not check_proof(leaf_hash(b"other"), index, size, proof, root)
        assert not check_proof(leaves[index], (index + 1) % (size + 1), size, proof, root)
        assert not check_proof(leaves[index], index, size, [*proof, root], root)


@given(st.integers(1, 200), st.data())
def test_a_tree_taken_up_again_gives_the_same_root(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    cut = data.draw(st.integers(0, size))
    first = Tree()
    for leaf in leaves[:cut]:
        first.add(leaf)
    again = Tree(first.size, first.peaks)
    for leaf in leaves[cut:]:
        again.add(leaf)
    assert again.root() == root_of(leaves)


def test_peaks_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="peaks"):
        Tree(3, [EMPTY_ROOT])


def test_a_proof_outside_the_tree_is_refused() -> None:
    with pytest.raises(IndexError):
        prove([EMPTY_ROOT], 1)
    assert not check_proof(EMPTY_ROOT, -1, 1, [], EMPTY_ROOT)
