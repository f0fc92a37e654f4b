"""The same questions answered by looking at everything, and columns from lists."""

from collections import Counter

from tidegate.engines.matching.columns import Coordinates, Exposures, Hits, Installs, Pairs, Ranges


def columns_of(placed, numbers):
    """Coordinates of (package, key), by their numbers."""
    placed = [*placed]
    return Coordinates.of(
        [numbers[one] for one in placed], [package for package, _ in placed], [k for _, k in placed]
    )


def installs_of(rows):
    """Installs of (coordinate, asset)."""
    rows = [*rows]
    return Installs.of([one for one, _ in rows], [asset for _, asset in rows])


def ranges_of(rows):
    """Ranges of (id, package, lower, upper)."""
    return Ranges.from_rows(rows)


def pairs_of(installs, rows):
    """Each range with each of the installs (coordinate, asset, package, key) that it holds."""
    return Counter(
        (one, coordinate, asset)
        for one, package, lower, upper in rows
        for coordinate, asset, its_package, key in installs
        if package == its_package and lower <= key < upper
    )


def exposed(installs, rows):
    """The distinct (range id, asset)."""
    return {(one, asset) for one, _, asset in pairs_of(installs, rows)}


def hits_of(numbers, rows):
    """Each coordinate with each range that holds it."""
    return Counter(
        (coordinate, one)
        for (its_package, key), coordinate in numbers.items()
        for one, package, lower, upper in rows
        if package == its_package and lower <= key < upper
    )


def written(answer):
    """An answer of the matcher, as the functions here give theirs."""
    match answer:
        case Pairs():
            return Counter(_rows(answer.ranges, answer.coordinates, answer.assets))
        case Hits():
            return Counter(_rows(answer.coordinates, answer.ranges))
        case Exposures():
            rows = _rows(answer.ranges, answer.assets)
            assert rows == sorted(set(rows))
            return set(rows)


def _rows(*columns):
    return [*zip(*(column.tolist() for column in columns), strict=True)]
