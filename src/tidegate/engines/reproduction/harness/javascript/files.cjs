/*
 * Watches for the secret being opened and for the drop being created, whichever way `fs` is used.
 * Whether it came to pass is for the sandbox to say, which looks at the files from outside.
 */
"use strict";

const READ_FIRST = [
  "open", "openSync", "readFile", "readFileSync", "createReadStream", "copyFile", "copyFileSync",
  "cp", "cpSync", "openAsBlob",
];
const WRITE_FIRST = [
  "writeFile", "writeFileSync", "appendFile", "appendFileSync", "createWriteStream", "mkdir",
  "mkdirSync", "truncate", "truncateSync",
];
const WRITE_SECOND = [
  "copyFile", "copyFileSync", "cp", "cpSync", "rename", "renameSync", "link", "linkSync",
  "symlink", "symlinkSync",
];

module.exports = ({ told }, origins) => {
  const fs = require("fs");
  const path = require("path");
  const { fileURLToPath } = require("url");
  const { readlinkSync, statSync } = fs;
  const { dirname, basename, resolve } = path;
  const { apply } = Reflect;
  const exec = Function.prototype.call.bind(RegExp.prototype.exec);
  const asText = Function.prototype.call.bind(Buffer.prototype.toString);
  const { isBuffer } = Buffer;
  const folder = dirname(told.secret);
  const wanted = statSync(folder);

  function inFolder(file) {
    try {
      const found = statSync(dirname(file));
      return found.dev === wanted.dev && found.ino === wanted.ino;
    } catch (error) {
      return false;
    }
  }

  /** Return the name under which a path lies among the witnesses, or nothing; follows links. */
  function spot(given) {
    let file = given;
    if (isBuffer(given)) file = asText(given);
    else if (given instanceof URL) file = fileURLToPath(given);
    if (typeof file !== "string") return undefined;
    for (let i = 0; i < 8; i += 1) {
      file = resolve(file);
      let to;
      try {
        to = readlinkSync(file);
      } catch (error) {
        return inFolder(file) ? basename(file) : undefined;
      }
      file = resolve(dirname(file), to);
    }
    return undefined;
  }

  function read(file) {
    if (told.effect === "file-read" && spot(file) === basename(told.secret)) {
      origins.saw("file-read", "the secret was opened");
    }
  }

  function written(file) {
    const name = spot(file);
    if (name === basename(told.drop)) {
      if (told.effect === "file-write") origins.saw("file-write", "the file was created");
    } else if (name !== undefined) {
      origins.suspect("it wrote among the witnesses of the watcher");
    }
  }

  function isWriting(flags) {
    if (typeof flags === "number") return (flags & 0o3103) !== 0;
    const text = typeof flags === "object" && flags !== null ? flags.flags || flags.flag : flags;
    return typeof text === "string" && exec(/[wa+]/, text) !== null;
  }

  function watch(holder, key, look) {
    const original = holder[key];
    if (typeof original !== "function") return;
    const watched = function (...args) {
      try {
        look(args);
      } catch (error) {
        // A path that is none: the original says so.
      }
      return apply(original, this, args);
    };
    for (const property of Object.getOwnPropertyNames(original)) {
      const about = Object.getOwnPropertyDescriptor(watched, property);
      if (!about || about.configurable) {
        Object.defineProperty(watched, property, Object.getOwnPropertyDescriptor(original, property));
      }
    }
    holder[key] = watched;
  }

  for (const holder of [fs, fs.promises]) {
    for (const key of READ_FIRST) {
      watch(holder, key, (args) => (isWriting(args[1]) ? written(args[0]) : read(args[0])));
    }
    for (const key of WRITE_FIRST) watch(holder, key, (args) => written(args[0]));
    for (const key of WRITE_SECOND) watch(holder, key, (args) => written(args[1]));
  }
  origins.followCauses();
};
