"""The program that runs many others one after the other, and says how many came to their end."""

from __future__ import annotations

import json
from collections.abc import Sequence

END = "tidegate-together-end"
"""What its last line begins with; the number comes after."""


def trier(names: Sequence[str], *, python: bool) -> str:
    """Return a program that tries each of others and says at its end how many it tried.

    What one leaves in the working folder is taken away before the next one.
    """
    if python:
        return _PYTHON_TRIER % (list(names), END)
    return _JAVASCRIPT_TRIER % (END, json.dumps(list(names)))


_PYTHON_TRIER = """\
import os, shutil
done, here = 0, set(os.listdir("/work"))
for name in %r:
    try:
        with open("/work/" + name, "rb") as file:
            code = compile(file.read(), "/work/" + name, "exec", dont_inherit=True)
        exec(code, {"__name__": "__main__", "__file__": "/work/" + name})
    except BaseException:
        pass
    done += 1
    os.chdir("/work")
    for left in set(os.listdir("/work")) - here:
        try:
            os.remove(left)
        except OSError:
            shutil.rmtree(left, ignore_errors=True)
print("\\n%s", done)
"""

_JAVASCRIPT_TRIER = """\
"use strict";
const fs = require("fs");
const here = new Set(fs.readdirSync("/work"));
let done = 0;
process.on("exit", () => fs.writeSync(1, `\\n%s ${done}\\n`));
process.on("uncaughtException", () => {});
process.on("unhandledRejection", () => {});
for (const name of %s) {
  try { require(`/work/${name}`); } catch (error) { void error; }
  done += 1;
  try {
    process.chdir("/work");
    for (const left of fs.readdirSync("/work")) {
      if (!here.has(left)) fs.rmSync(left, { recursive: true, force: true });
    }
  } catch (error) { void error; }
}
"""
