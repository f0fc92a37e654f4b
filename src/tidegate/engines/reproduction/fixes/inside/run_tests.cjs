/*
 * Runs inside of the sandbox, under every Node from 10 on: each test file of a package by itself.
 *
 * Arguments: the package's folder, a runner's program or an empty word, words for it before the
 * file, as JSON, then the files. Writes one JSON document to stdout: for each file how it ended,
 * and what it said.
 */
"use strict";

const { spawnSync } = require("child_process");

const [root, runner, words, ...files] = process.argv.slice(2);
const before = [...(runner ? [runner] : []), ...JSON.parse(words)];
const seconds = 60;
const results = files.map((file) => {
  const done = spawnSync(process.execPath, [...before, file], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "test", NO_COLOR: "1" },
    maxBuffer: 1 << 22,
    timeout: seconds * 1000,
  });
  return {
    file,
    code: done.status,
    said: String(done.stdout || "").slice(0, 1 << 19),
    complained: String(done.stderr || "").slice(0, 2000),
  };
});
process.stdout.write(`\n${JSON.stringify(results)}\n`);
