"""Disclosure policies as data, and the clocks that they set.

A policy is a file: who says it, where it was read, and rules. Those that are known are shipped in
`shipped/`; an organisation can load its own. Everything in here is pure.

- `words`: the words that a rule is written in; `lengths`: how long a clock runs.
- `policy`: a policy as a value; `loading`: from a file to that value, strictly.
- `inputs`: what deadlines rest on; `clocks`: from a policy and these to deadlines; `granting`:
  whether a clock may be extended or paused; `recomputing`: how deadlines changed, and why.
"""
