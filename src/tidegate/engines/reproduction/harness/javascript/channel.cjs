/*
 * The private channel (`observations.py` has its messages): the first message from outside is the
 * key with the instructions, every one to the outside carries an authentication code.
 *
 * Messages are put together by hand from strings: JSON.stringify would call a `toJSON` that the
 * proof may have put on a prototype, and an array's index may be a setter there.
 */
"use strict";

const CHANNEL = 3;
const MOST_REPORTS = 60;

module.exports = () => {
  const fs = require("fs");
  const crypto = require("crypto");
  const { readSync, writeSync, fstatSync } = fs;
  const { createHmac } = crypto;
  const { concat, from } = Buffer;
  const quote = JSON.stringify;
  const call = Function.prototype.call;
  const update = call.bind(crypto.Hmac.prototype.update);
  const digest = call.bind(crypto.Hmac.prototype.digest);
  const leave = process.reallyExit.bind(process);
  const has = call.bind(Set.prototype.has);
  const add = call.bind(Set.prototype.add);

  const first = Buffer.alloc(1 << 20);
  const length = readSync(CHANNEL, first, 0, first.length, null);
  const key = from(first.slice(0, 32));
  const told = JSON.parse(first.slice(32, length).toString("utf8"));
  // As big integers: the other kind leaves 'socket' in an array that Node's own realpath looks into.
  const exactly = { bigint: true };
  const { dev, ino } = fstatSync(CHANNEL, exactly);
  const sent = new Set();
  let reports = 0;

  function send(body) {
    const hmac = createHmac("sha256", key);
    update(hmac, body, "utf8");
    let there = false;
    try {
      const now = fstatSync(CHANNEL, exactly);
      there = now.dev === dev && now.ino === ino;
      if (there) {
        const message = concat([digest(hmac), from(body, "utf8")]);
        writeSync(CHANNEL, message, 0, message.length);
      }
    } catch (error) {
      there = false;
    }
    // Whoever took the channel away did it to be unseen; so there is nothing more to see.
    if (!there) {
      leave(70);
    }
  }

  /** Send a message once: `fields` is a string of JSON members beside `kind`. */
  function report(kind, fields) {
    const body = `{"kind":${quote(kind)}${fields ? `,${fields}` : ""}}`;
    if (reports < MOST_REPORTS && !has(sent, body)) {
      reports += 1;
      add(sent, body);
      send(body);
    }
  }

  return { told, key, quote, report };
};
