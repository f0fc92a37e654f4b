"""Findings in made-up words, for the tests beside."""

from tidegate.engines.similarity import Described

SETKEY = Described(
    key="a",
    title="Prototype pollution in setKey",
    text="A crafted argument such as --__proto__.x pollutes Object.prototype through `setKey`.",
    weaknesses=("CWE-1321",),
    aliases=("CVE-2020-7598",),
    places=(("lib/index.js", 70, "setKey"),),
    effect="prototype-pollution",
    package="minimist",
)

REWORDED = Described(
    key="b",
    title="minimist lets an argument reach the prototype",
    text="Passing --__proto__.polluted makes minimist's setKey write to the prototype of objects.",
    effect="prototype-pollution",
    package="minimist",
)

OTHER = Described(
    key="c",
    title="Quadratic time on long runs of dashes",
    text="Parsing a value of many dashes makes the parser scan the rest again for each of them.",
    weaknesses=("CWE-1333",),
    effect="denial-of-service",
    package="minimist",
)


def described(key, text, **rest):
    return Described(key=key, title="", text=text, **rest)
