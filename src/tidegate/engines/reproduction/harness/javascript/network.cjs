/*
 * Watches for connections to the listener: every TCP connection of Node, http, https, tls and fetch
 * included, begins with `net.Socket.prototype.connect`.
 */
"use strict";

module.exports = ({ told }, origins) => {
  const net = require("net");
  const { apply } = Reflect;
  const { isArray } = Array;
  const { connect } = net.Socket.prototype;

  function portOf(args) {
    // net.connect() hands over its arguments already sorted, in an array.
    const first = isArray(args[0]) ? args[0][0] : args[0];
    return Number(typeof first === "object" && first !== null ? first.port : first);
  }

  net.Socket.prototype.connect = function watched(...args) {
    if (portOf(args) === told.port) {
      origins.saw("network-request", `a connection to port ${told.port}`);
    }
    return apply(connect, this, args);
  };
  origins.followCauses();
};
