/*
 * Watches for programs being started, and defines `tidegate_canary()` for code that runs in the
 * process itself. That the canary program ran is for the sandbox to say.
 */
"use strict";

module.exports = (_, origins) => {
  const programs = require("child_process");
  const { apply } = Reflect;
  const { defineProperty } = Object;
  const join = Function.prototype.call.bind(Array.prototype.join);
  const { isArray } = Array;

  function launched(file, args) {
    origins.saw("code-execution", `${file} ${isArray(args) ? join(args, " ") : ""}`);
  }

  const { spawn } = programs.ChildProcess.prototype;
  programs.ChildProcess.prototype.spawn = function watched(options) {
    launched(options && options.file, options && options.args);
    return apply(spawn, this, [options]);
  };
  for (const key of ["spawnSync", "execSync", "execFileSync"]) {
    const original = programs[key];
    programs[key] = function watched(...args) {
      launched(args[0], args[1]);
      return apply(original, this, args);
    };
  }
  if (process.execve) {
    const { execve } = process;
    process.execve = function watched(...args) {
      launched(args[0], args[1]);
      return apply(execve, this, args);
    };
  }
  defineProperty(globalThisOf(), "tidegate_canary", {
    value: () => origins.saw("code-execution", "in-process"),
    writable: false,
    enumerable: false,
    configurable: false,
  });
  origins.followCauses();
};

/** Node 10 has no `globalThis`. */
function globalThisOf() {
  return global;
}
