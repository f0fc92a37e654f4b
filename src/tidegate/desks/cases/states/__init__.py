"""The case model: four machines as tables, and what each of them forbids or asks of another.

They are those of the Vultron protocol. From: https://certcc.github.io/Vultron/, process models,
as published in 2026. Everything in here is pure: values go in, values come out, and what is an
ordinary refusal is a value, too (`steps`).

- `reports`: how far a participant has come with a report.
- `embargoes`: until when a case is kept secret; `releases`: who may end that early.
- `consents`: whether a participant has agreed to the embargo.
- `vulnerabilities`: what is known and mended; `histories`: in which order it came about, and
  how what was seen is written down; `goals`: how good that order was.
- `interactions`: the rules between the machines; `joining`: what becomes of a merged or a split
  case; `cases`: all of it together, one verb a function.
"""
