/*
 * Watches `Object.prototype`: under the name that is this run's nonce lies a trap, a setter that
 * tells who sets it and then lets it be set. As long as nobody did, the trap hides itself from
 * those who ask for it.
 */
"use strict";

module.exports = ({ told }, origins) => {
  const { defineProperty, defineProperties, getOwnPropertyDescriptor } = Object;
  const { apply } = Reflect;
  const everything = Object.prototype;
  const { hasOwnProperty } = everything;
  const { nonce } = told;
  let sprung = false;

  function spring() {
    if (!sprung) {
      sprung = true;
      origins.saw("prototype-pollution", "it was set on Object.prototype");
    }
  }

  function setOn(target, value) {
    const plain = { value, writable: true, enumerable: true, configurable: true };
    defineProperty(target, nonce, plain);
  }

  defineProperty(everything, nonce, {
    get() {
      return undefined;
    },
    set(value) {
      if (this === everything) spring();
      // On any other object an assignment makes a property of its own, as it would without a trap.
      if ((typeof this === "object" && this !== null) || typeof this === "function") {
        setOn(this, value);
      }
    },
    enumerable: false,
    configurable: true,
  });

  const isTrap = (object, key) => object === everything && key === nonce && !sprung;

  function replace(holder, key, make) {
    const original = holder[key];
    if (typeof original !== "function") return;
    const about = getOwnPropertyDescriptor(holder, key);
    defineProperty(holder, key, { ...about, value: make(original) });
  }

  for (const [holder, key] of [[Object, "defineProperty"], [Reflect, "defineProperty"]]) {
    replace(holder, key, (original) => function (...args) {
      if (isTrap(args[0], args[1])) spring();
      return apply(original, holder, args);
    });
  }
  replace(Object, "defineProperties", () => function (object, properties) {
    if (object === everything && getOwnPropertyDescriptor(Object(properties), nonce)) spring();
    return defineProperties(object, properties);
  });
  replace(everything, "hasOwnProperty", (original) => function (key) {
    return !isTrap(this, key) && apply(original, this, [key]);
  });
  replace(Object, "hasOwn", (original) => (object, key) => !isTrap(object, key) && original(object, key));
  replace(Object, "getOwnPropertyDescriptor", (original) => (object, key) => (
    isTrap(object, key) ? undefined : original(object, key)
  ));
  void hasOwnProperty;
};
