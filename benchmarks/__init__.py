"""The figures that the project states, each beside a floor that is measured in the same run.

`python -m benchmarks` measures all of them; docs/benchmarks.md says what each one means. Nothing is
kept but what a proof's run keeps anyway: packages in the user's cache.
"""
