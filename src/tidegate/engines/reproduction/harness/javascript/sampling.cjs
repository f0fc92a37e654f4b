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
  Atomics.wait(ready, 0, 0, START_MILLISECONDS);
};
