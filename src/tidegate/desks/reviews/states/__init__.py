"""The course of an engagement, the bounds of its window and of a grant: pure, without tables.

Nothing here is asked before a release is recorded. `releasing` of the services has no condition but
who asks; EO 14409, 3(c): nothing authorises a licensing, preclearance or permitting requirement.
"""
