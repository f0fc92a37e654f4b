/*
 * Starts a second thread that looks at the first one while that is busy, by the inspector: even a
 * loop that never ends, or a regular expression that never comes back, is seen from there.
 */
"use strict";

const START_MILLISECONDS = 2000;

module.exports = ({ told, key }) => {
  const { Worker } = require("worker_threads");
  const ready = new Int32Array(new SharedArrayBuffer(4));
  const roots = { target: told.target_roots, dependency: told.dependency_roots };
  const worker = new Worker(require.resolve("./sampler.cjs"), {
    workerData: { key, roots, ready },
    execArgv: [],
  });
  worker.unref();
  // The other thread is answered between two steps of a loop, so this one must not just wait.
  const deadline = Date.now() + START_MILLISECONDS;
  while (Atomics.load(ready, 0) === 0 && Date.now() < deadline) Atomics.wait(ready, 0, 0, 1);
  // A profile that goes on for the whole run keeps what the profiler learns of optimised code,
  // which it would forget whenever the last profile ends.
  console.profile("run");
};
