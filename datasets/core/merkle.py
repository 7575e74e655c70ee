"""RFC 6962 hash tree over rows: root while streaming, inclusion proof, check of a proof."""

from collections.abc import Iterable
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf: SHA-256 of a zero byte and the data."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256 of a one byte and both children."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree that keeps only the peaks of its complete subtrees, at most one for each bit of its size.

    peaks: largest subtree first. A tree can be taken up again from (size, peaks).
    """

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count() or any(len(peak) != 32 for peak in self.peaks):
            raise ValueError("the peaks do not belong to a tree of this size")

    def add(self, leaf: bytes) -> None:
        """Append the hash of one leaf (32 bytes)."""
        before = self.size
        self.size = before + 1
        peaks = self.peaks
        while before & 1:
            leaf = sha256(b"\x01" + peaks.pop() + leaf).digest()
            before >>= 1
        peaks.append(leaf)

    def root(self) -> bytes:
        """Return the tree head (32 bytes); the hash of nothing for an empty tree."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def prove(leaves: list[bytes], index: int) -> list[bytes]:
    """Return the inclusion proof of one leaf: sibling hashes from the leaf upwards.

    leaves: all leaf hashes in order; index: 0-based. Raises IndexError outside the tree.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    proof, level = [], leaves
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[-1:] if len(level) % 2 else pairs
        index //= 2
    return proof


def check_proof(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """Say whether leaf stands at index in the tree of this size and root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            current = node_hash(current, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and current == root
