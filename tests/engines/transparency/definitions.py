"""The tree as the RFC defines it, by recursion over all leaves: slow, and plainly right."""

from tidegate.engines.transparency.hashing import EMPTY_ROOT, node_hash


def defined_root(hashes):
    """RFC 9162, 2.1.1, word for word."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    k = largest_power_below(len(hashes))
    return node_hash(defined_root(hashes[:k]), defined_root(hashes[k:]))


def defined_path(m, hashes):
    """RFC 9162, 2.1.3.1, word for word."""
    if len(hashes) == 1:
        return []
    k = largest_power_below(len(hashes))
    if m < k:
        return [*defined_path(m, hashes[:k]), defined_root(hashes[k:])]
    return [*defined_path(m - k, hashes[k:]), defined_root(hashes[:k])]


def defined_subproof(m, hashes, *, known):
    """RFC 9162, 2.1.4.1, word for word."""
    if m == len(hashes):
        return [] if known else [defined_root(hashes)]
    k = largest_power_below(len(hashes))
    if m <= k:
        return [*defined_subproof(m, hashes[:k], known=known), defined_root(hashes[k:])]
    return [*defined_subproof(m - k, hashes[k:], known=False), defined_root(hashes[:k])]


def largest_power_below(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k
