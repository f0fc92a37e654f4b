/*
 * The second thread of a sampled run: takes a profile of the main thread every now and then and
 * reports the stack on which most of the time was spent.
 */
"use strict";

const { createHmac } = require("crypto");
const { writeSync } = require("fs");
const { Session } = require("inspector");
const { workerData } = require("worker_threads");

const IDLE = ["(idle)", "(root)", "(program)", "(garbage collector)"];
const PERIOD = 150;
const MOST_SAMPLES = 60;
const MOST_FRAMES = 60;
const session = new Session();
const texts = new Map(); // script id: where a text was compiled, or that it hides that

function owner(frame) {
  const known = texts.get(frame.scriptId);
  const url = known === undefined ? frame.url : known;
  const file = url.startsWith("file://") ? decodeURIComponent(url.slice(7)) : url;
  for (const whose of ["dependency", "target"]) {
    if (workerData.roots[whose].some((root) => file.startsWith(`${root}/`))) return whose;
  }
  if (file === "" || /^(?:node:)?[\w@][\w@./-]*$/.test(file)) return "runtime";
  return "proof";
}

session.connectToMainThread();
// A session alone does not keep this thread alive.
setInterval(() => undefined, 1000);
session.on("Debugger.scriptParsed", ({ params }) => {
  const { scriptId, url, hasSourceURL, stackTrace } = params;
  if (hasSourceURL) {
    texts.set(scriptId, "(hidden)");
  } else if (!url && stackTrace && stackTrace.callFrames.length > 0) {
    const maker = stackTrace.callFrames[0];
    texts.set(scriptId, texts.get(maker.scriptId) || maker.url || "(unknown)");
  }
});

function post(method, parameters) {
  return new Promise((done) => {
    session.post(method, parameters, (error, result) => done(result));
  });
}

function send(message) {
  const body = Buffer.from(JSON.stringify(message));
  const code = createHmac("sha256", workerData.key).update(body).digest();
  writeSync(3, Buffer.concat([code, body]));
}

function busiest({ nodes }) {
  const parents = new Map();
  let most;
  for (const node of nodes) {
    for (const child of node.children || []) parents.set(child, node);
    const idle = IDLE.includes(node.callFrame.functionName);
    if (!idle && (!most || node.hitCount > most.hitCount)) most = node;
  }
  const frames = [];
  for (let node = most; node && frames.length < MOST_FRAMES; node = parents.get(node.id)) {
    const { functionName, url, lineNumber } = node.callFrame;
    if (!functionName.startsWith("(")) {
      frames.push([owner(node.callFrame), url, lineNumber + 1, functionName || "<anonymous>"]);
    }
  }
  return most && most.hitCount > 0 ? frames : [];
}

async function main() {
  await post("Debugger.enable");
  await post("Debugger.setSkipAllPauses", { skip: true });
  await post("Profiler.enable");
  await post("Profiler.setSamplingInterval", { interval: 2000 });
  Atomics.store(workerData.ready, 0, 1);
  for (let taken = 0; taken < MOST_SAMPLES; taken += 1) {
    await post("Profiler.start");
    await new Promise((done) => setTimeout(done, PERIOD));
    const { profile } = await post("Profiler.stop");
    const frames = busiest(profile);
    if (frames.length > 0) send({ kind: "sample", frames });
  }
}

main().catch(() => undefined);
