/*
 * What a forger would reach for: other names for its code, the inspector, native code, threads.
 * And whether the target was loaded at all.
 */
"use strict";

module.exports = ({ told }, origins) => {
  const fs = require("fs");
  const Module = require("module");
  const vm = require("vm");
  const { readFileSync } = fs;
  const { apply, construct } = Reflect;
  const { assign } = Object;
  const startsWith = Function.prototype.call.bind(String.prototype.startsWith);
  const slice = Function.prototype.call.bind(String.prototype.slice);

  function text(value) {
    return value === undefined || value === null ? "" : `${value}`;
  }

  /** Make `holder[key]` tell what it is used for before it does it. */
  function guard(holder, key, what) {
    const original = holder && holder[key];
    if (typeof original !== "function") return;
    holder[key] = function guarded(...args) {
      origins.suspectCaller(what);
      return new.target ? construct(original, args, new.target) : apply(original, this, args);
    };
    holder[key].prototype = original.prototype;
  }

  function guardCompilation() {
    const original = Module.prototype._compile;
    Module.prototype._compile = function _compile(content, filename, ...rest) {
      const file = text(filename);
      const owner = origins.area(file);
      if (owner !== "proof") {
        const real = read(file);
        if (content !== real && content !== slice(real, 1)) {
          origins.disown(file);
          origins.suspect("it compiled code under the name of a package's file");
        } else if (owner === "target") {
          origins.used();
        }
      } else if (!startsWith(file, "/work/")) {
        origins.disown(file);
      }
      return apply(original, this, [content, file, ...rest]);
    };
  }

  function read(file) {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      return "";
    }
  }

  /** Name the scripts that `vm` compiles; its options are copied, so that they cannot change. */
  function guardScripts() {
    const anonymous = "evalmachine.<anonymous>";
    const named = (options, fallback) => {
      const fixed = typeof options === "string" ? { filename: options } : assign({}, options);
      fixed.filename = fixed.filename === undefined ? fallback : text(fixed.filename);
      origins.name(fixed.filename);
      return fixed;
    };
    const { Script } = vm;
    vm.Script = new Proxy(Script, {
      construct: (target, [code, options], type) => construct(
        target, [code, named(options, anonymous)], type === vm.Script ? target : type,
      ),
    });
    Script.prototype.constructor = vm.Script;
    for (const [key, position] of [["runInThisContext", 1], ["runInContext", 2], ["runInNewContext", 2]]) {
      const original = vm[key];
      vm[key] = (...args) => {
        while (args.length < position) args.push(undefined);
        args[position] = named(args[position], anonymous);
        return apply(original, vm, args);
      };
    }
    for (const [key, position] of [["compileFunction", 2], ["createScript", 1]]) {
      const original = vm[key];
      if (original) {
        vm[key] = (...args) => {
          while (args.length < position) args.push(undefined);
          args[position] = named(args[position], "");
          return apply(original, vm, args);
        };
      }
    }
  }

  /**
   * Name the texts that the constructors of functions compile. A template engine names its own, and
   * hands the function out: then nothing else on the stack would tell whose text it was.
   */
  function guardFunctions() {
    const kinds = [function () {}, function* () {}, async function () {}, async function* () {}];
    for (const kind of kinds) {
      const { prototype } = Object.getPrototypeOf(kind).constructor;
      const named = (args) => {
        const body = args.length > 0 ? args[args.length - 1] : "";
        args[args.length - 1 < 0 ? 0 : args.length - 1] =
          `${body}\n//# sourceURL=${origins.secretName()}\n`;
        return args;
      };
      const proxy = new Proxy(prototype.constructor, {
        apply: (target, self, args) => apply(target, self, named(args)),
        construct: (target, args, type) => construct(
          target, named(args), type === proxy ? target : type,
        ),
      });
      Object.defineProperty(prototype, "constructor", { value: proxy });
      if (global.Function.prototype === prototype) global.Function = proxy;
    }
  }

  function guardNativeCode() {
    const { dlopen } = process;
    process.dlopen = function guarded(module, file, ...rest) {
      const owner = origins.area(text(file));
      if (owner === "target") origins.used();
      if (owner === "proof") origins.suspect("it loaded native code of its own");
      return apply(dlopen, this, [module, file, ...rest]);
    };
  }

  function noticeEsModules() {
    // Nothing but the inspector tells of those; it is slow to start, so only where it is needed.
    if (!isEsModule()) return;
    const { Session } = require("inspector");
    const session = new Session();
    session.connect();
    session.on("Debugger.scriptParsed", ({ params }) => {
      const file = slice(params.url, params.url.startsWith("file://") ? 7 : 0);
      if (!params.hasSourceURL && origins.area(file) === "target") origins.used();
    });
    session.post("Debugger.enable");
    session.post("Debugger.setSkipAllPauses", { skip: true });
  }

  function isEsModule() {
    try {
      const about = JSON.parse(readFileSync(`${told.target_roots[0]}/package.json`, "utf8"));
      return about.type === "module" || /\.mjs$/.test(about.main) || about.exports !== undefined;
    } catch (error) {
      return false;
    }
  }

  noticeEsModules();
  guardCompilation();
  guardScripts();
  guardFunctions();
  guardNativeCode();

  // A listener of its own keeps the signal from starting the inspector.
  process.on("SIGUSR1", () => undefined);
  const inspector = require("inspector");
  guard(inspector, "open", "it opened the inspector");
  guard(inspector.Session.prototype, "connect", "it used the inspector");
  guard(inspector.Session.prototype, "connectToMainThread", "it used the inspector");
  guard(process, "_debugProcess", "it used the inspector");
  guard(process, "binding", "it used the runtime's inner bindings");
  guard(process, "_linkedBinding", "it used the runtime's inner bindings");
  const v8 = require("v8");
  guard(v8, "getHeapSnapshot", "it took a picture of the memory");
  guard(v8, "writeHeapSnapshot", "it took a picture of the memory");
  guard(v8, "queryObjects", "it searched the memory for objects");
  guard(v8, "setFlagsFromString", "it changed the runtime's flags");
  guard(Module, "register", "it changed how modules are loaded");
  guard(Module, "registerHooks", "it changed how modules are loaded");
  try {
    guard(require("worker_threads"), "Worker", "it started a thread that the watcher does not see");
  } catch (error) {
    // Node 10 has none.
  }
};
