/*
 * The watcher of a proof in JavaScript: loaded by `node --require` before the proof, under every
 * Node from 10 on.
 *
 * Everything that it uses later is bound before the proof is loaded, because the proof may exchange
 * whatever it can name. Its secrets live in closures, which no JavaScript can look into; what could
 * (the inspector, native code, other threads) is reported before it happens. What it cannot
 * withstand stands in `docs/threat-model.md`.
 */
"use strict";

const { isMainThread } = (() => {
  try {
    return require("worker_threads");
  } catch (error) {
    return { isMainThread: true }; // Node 10
  }
})();

// Threads and child processes inherit this preload, not the channel: the init's child is watched.
if (isMainThread && process.ppid === 1) {
  const channel = require("./channel.cjs")();
  const origins = require("./origins.cjs")(channel);
  if (channel.told.sample) {
    require("./sampling.cjs")(channel, origins);
  }
  require("./guards.cjs")(channel, origins);
  const watchers = {
    "code-execution": ["./programs.cjs", "./files.cjs"],
    "file-read": ["./files.cjs"],
    "file-write": ["./files.cjs"],
    "network-request": ["./network.cjs"],
    "prototype-pollution": ["./prototype.cjs"],
  };
  for (const watcher of watchers[channel.told.effect] || []) {
    require(watcher)(channel, origins);
  }
  const { syncBuiltinESMExports } = require("module");
  if (syncBuiltinESMExports) {
    syncBuiltinESMExports();
  }
  for (const path of Object.keys(require.cache)) {
    if (path.startsWith(__dirname)) {
      delete require.cache[path];
    }
  }
  module.children.length = 0;
}
