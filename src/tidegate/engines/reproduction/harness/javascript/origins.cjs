/*
 * Whose code is on the stack: the target's, another package's, the runtime's or the proof's.
 *
 * A script's name proves nothing, since `vm` takes any. So a script that claims to be a package's
 * file counts only if its content is that file's; code that was compiled from a text belongs to
 * whoever compiled it; and whatever else there is, is the proof's.
 *
 * The stack of one moment ends where the event loop called back. From there on, async_hooks leads
 * to the stack on which the callback was asked for.
 */
"use strict";

const MOST_FRAMES = 60;
const MOST_CAUSES = 20000;
const LONGEST_CHAIN = 50;
const SECRET = "compiled:";

module.exports = ({ told, quote, report }) => {
  const fs = require("fs");
  const crypto = require("crypto");
  const { fileURLToPath } = require("url");
  const { readFileSync } = fs;
  const { createHash, randomBytes } = crypto;
  const { captureStackTrace } = Error;
  const { getOwnPropertyDescriptor, defineProperty, create } = Object;
  const TheError = Error;
  const call = Function.prototype.call;
  const startsWith = call.bind(String.prototype.startsWith);
  const slice = call.bind(String.prototype.slice);
  const exec = call.bind(RegExp.prototype.exec);
  const update = call.bind(crypto.Hash.prototype.update);
  const digest = call.bind(crypto.Hash.prototype.digest);
  const get = call.bind(Map.prototype.get);
  const set = call.bind(Map.prototype.set);
  const erase = call.bind(Map.prototype.delete);
  const number = String;

  const named = new Map(); // script name: owner, for names that somebody chose for a text
  const hashes = new Map(); // file: SHA-256 of its content
  const causes = new Map(); // async id: where it was asked for

  // Written out, since a loop over an array would use what the proof may change.
  const roots = [];
  for (const root of told.dependency_roots) roots.push({ path: `${root}/`, owner: "dependency" });
  for (const root of told.target_roots) roots.push({ path: `${root}/`, owner: "target" });
  const rootCount = roots.length;

  function area(file) {
    for (let i = 0; i < rootCount; i += 1) {
      if (startsWith(file, roots[i].path)) return roots[i].owner;
    }
    return "proof";
  }

  function hashOf(file) {
    let found = get(hashes, file);
    if (found === undefined) {
      try {
        const hash = createHash("sha256");
        update(hash, readFileSync(file));
        found = digest(hash, "hex");
      } catch (error) {
        found = "";
      }
      set(hashes, file, found);
    }
    return found;
  }

  function fromFile(name, site) {
    const known = get(named, name);
    if (known !== undefined) return known;
    let file = name;
    if (startsWith(name, "file://")) {
      try {
        file = fileURLToPath(name);
      } catch (error) {
        return "proof";
      }
    } else if (startsWith(name, "node:") || (name !== "" && !startsWith(name, "/"))) {
      // Before 16 the runtime's own files are called `fs.js`; nobody else's are, unless `named`.
      return exec(/^(?:node:)?[\w@./-]+$/, name) && !exec(/^\[|^evalmachine|^data:|^wasm:/, name)
        ? "runtime"
        : "proof";
    }
    const owner = area(file);
    const forged =
      owner !== "proof" && site.getScriptHash && site.getScriptHash() !== hashOf(file);
    return forged ? "proof" : owner;
  }

  function fromText(site) {
    // With a sourceURL of its own the text says itself where it comes from: that is no evidence,
    // unless it is the name that the watcher gave it.
    const origin = site.getEvalOrigin();
    const url = site.getScriptNameOrSourceURL();
    if (url) return get(named, url) || "proof";
    if (typeof origin !== "string") return "proof";
    const nested = exec(/^eval at .*\(eval at /, origin);
    const found = exec(/\(([^()]*):\d+:\d+\)$/, origin);
    return nested || !found ? "proof" : fromFile(found[1], {});
  }

  function ownerOf(site) {
    const name = site.getFileName();
    if (typeof name === "string") return fromFile(name, site);
    if (site.isEval()) return fromText(site);
    return site.isNative() || !site.getFunctionName || site.getPosition() === 0 ? "runtime" : "proof";
  }

  /** Remember where a stack is, without looking at it yet; that costs little. */
  function mark() {
    const held = create(null);
    TheError.stackTraceLimit = MOST_FRAMES;
    captureStackTrace(held, mark);
    return held;
  }

  const sitesOf = (_, sites) => sites;

  function sitesAt(held) {
    const before = getOwnPropertyDescriptor(TheError, "prepareStackTrace");
    let sites;
    try {
      defineProperty(TheError, "prepareStackTrace", {
        value: sitesOf, configurable: true, writable: true, enumerable: false,
      });
      sites = held.stack;
      if (before) defineProperty(TheError, "prepareStackTrace", before);
      else delete TheError.prepareStackTrace;
    } catch (error) {
      sites = "";
    }
    // A text means that somebody keeps the runtime from telling.
    return typeof sites === "string" ? undefined : sites;
  }

  /** Read a marked stack: its frames as JSON, who called, whose hand it shows, and who decides. */
  function read(held) {
    const sites = sitesAt(held);
    const found = { json: "", caller: "", hand: "", decides: "" };
    if (sites === undefined) {
      found.hand = "proof";
      return found;
    }
    for (let i = 0; i < sites.length; i += 1) {
      const site = sites[i];
      const file = site.getFileName() || site.getEvalOrigin() || "";
      if (!startsWith(file, __dirname)) {
        const owner = ownerOf(site);
        const text = startsWith(file, SECRET) ? "<compiled>" : slice(`${file}`, 0, 300);
        const name = slice(`${site.getFunctionName() || "<anonymous>"}`, 0, 100);
        const line = number(site.getLineNumber() || 0);
        found.json += `${found.json ? "," : ""}[${quote(owner)},${quote(text)},${line},${quote(name)}]`;
        if (!found.caller && site.getFileName()) found.caller = owner;
        if (!found.hand && owner !== "runtime") found.hand = owner;
        if (!found.decides && (owner === "target" || owner === "proof")) found.decides = owner;
      }
    }
    return found;
  }

  let follow = () => undefined;

  /** Return the frames of this moment, and where need be those that led to it. */
  function stack() {
    const held = create(null);
    TheError.stackTraceLimit = MOST_FRAMES;
    captureStackTrace(held, stack);
    const found = read(held);
    let cause = follow();
    for (let i = 0; i < LONGEST_CHAIN && cause && !found.decides; i += 1) {
      const earlier = read(cause.held);
      if (earlier.json) found.json += (found.json ? "," : "") + earlier.json;
      found.hand = found.hand || earlier.hand;
      found.decides = earlier.decides;
      cause = get(causes, cause.parent);
    }
    return found;
  }

  let following = false;

  function followCauses() {
    if (following) return;
    following = true;
    const { createHook, executionAsyncId } = require("async_hooks");
    const hook = createHook({
      init(id) {
        set(causes, id, { held: mark(), parent: executionAsyncId() });
        erase(causes, id - MOST_CAUSES);
      },
    });
    hook.enable();
    follow = () => get(causes, executionAsyncId());
  }

  function used() {
    report("used", "");
  }

  function saw(effect, detail) {
    const fields = `"effect":${quote(effect)},"detail":${quote(slice(`${detail}`, 0, 300))}`;
    report("effect", `${fields},"frames":[${stack().json}]`);
  }

  /** Tell of something that only a forger does, unless a package does it. */
  function suspect(what) {
    const found = stack();
    if (!found.hand || found.hand === "proof") {
      report("tamper", `"what":${quote(what)},"frames":[${found.json}]`);
    }
  }

  /** The same of what the runtime does itself, too, such as Node 10 with its inner bindings. */
  function suspectCaller(what) {
    if (stack().caller !== "runtime") suspect(what);
  }

  /** Remember who gave a text the name of a script; the runtime's loader gives files their own. */
  function name(file) {
    const found = stack();
    if (found.caller === "runtime") return;
    const owner = found.hand || "proof";
    if (get(named, file) !== "proof") set(named, file, owner);
    if (owner === "proof" && told.sample) report("compiled", `"file":${quote(file)}`);
  }

  /** Remember that what is called so is not what its name says. */
  function disown(file) {
    set(named, file, "proof");
    if (told.sample) report("compiled", `"file":${quote(file)}`);
  }

  /** Give a text a name that nobody can guess, and remember who compiles it. */
  function secretName() {
    const file = `${SECRET}${digest(update(createHash("sha256"), randomBytes(16)), "hex")}`;
    set(named, file, stack().hand || "runtime");
    return file;
  }

  return { area, name, secretName, saw, suspect, suspectCaller, disown, used, followCauses, hashOf };
};
