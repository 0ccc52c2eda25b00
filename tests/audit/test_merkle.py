"""The tree is that of RFC 9162: proofs of every pair of sizes hold, and nothing else does."""

from __future__ import annotations

import hashlib

import pytest

from lmc_cases.audit import merkle
from lmc_cases.audit.offline import verify as offline

LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(40)]


def mth(part: list[bytes]) -> bytes:
    """The definition of the RFC, word for word."""
    if not part:
        return hashlib.sha256(b"").digest()
    if len(part) == 1:
        return part[0]
    k = merkle.split(len(part))
    return merkle.node_hash(mth(part[:k]), mth(part[k:]))


def test_the_root_is_that_of_the_definition_at_every_size() -> None:
    edge = merkle.Frontier()
    for size in range(len(LEAVES) + 1):
        assert merkle.root_of(LEAVES[:size]) == mth(LEAVES[:size]) == edge.root()
        if size < len(LEAVES):
            edge.add(LEAVES[size])


def test_known_vectors_of_certificate_transparency_come_out() -> None:
    """Leaves and roots of the reference tree of RFC 6962 implementations."""
    data = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    leaves = [merkle.leaf_hash(bytes.fromhex(one)) for one in data]
    assert leaves[0].hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert (
        merkle.root_of(leaves[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    )
    assert merkle.root_of(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_every_inclusion_proof_holds_offline_and_for_its_own_leaf_alone() -> None:
    for size in range(1, len(LEAVES) + 1):
        root = mth(LEAVES[:size])
        for index in range(size):
            assert merkle.inclusion_ranges(index, size) == offline.parts_of_proof(index, size)
            proof = [mth(LEAVES[a:b]) for a, b in merkle.inclusion_ranges(index, size)]
            assert offline.root_from_inclusion(index, size, LEAVES[index], proof) == root
            assert offline.root_from_inclusion(index, size, merkle.leaf_hash(b"else"), proof) != root
            if proof:
                with pytest.raises(offline.Fault):
                    offline.root_from_inclusion(index, size, LEAVES[index], proof[:-1])
            with pytest.raises(offline.Fault):
                offline.root_from_inclusion(index, size, LEAVES[index], [*proof, root])


def test_every_consistency_proof_holds_offline_and_no_changed_one_does() -> None:
    for second in range(1, len(LEAVES) + 1):
        for first in range(1, second + 1):
            old, new = mth(LEAVES[:first]), mth(LEAVES[:second])
            proof = [mth(LEAVES[a:b]) for a, b in merkle.consistency_ranges(first, second)]
            offline.check_consistency(first, old, second, new, proof)
            wrong = [(old[::-1], new, proof), (old, new[::-1], proof), (old, new, [*proof, new])]
            if proof:
                wrong += [(old, new, proof[:-1]), (old, new, [proof[0][::-1], *proof[1:]])]
            for bad_old, bad_new, bad_proof in wrong:
                with pytest.raises(offline.Fault):
                    offline.check_consistency(first, bad_old, second, bad_new, bad_proof)
