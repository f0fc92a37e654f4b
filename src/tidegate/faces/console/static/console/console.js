// What the console does beyond its pages: the reader's own time, keys, and small comforts.
// Every page works without it.
"use strict";

(() => {
  // --- times: the reader's zone is shown, UTC stays in the title ---

  const forms = {
    long: new Intl.DateTimeFormat("en-GB", {
      day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
      timeZoneName: "short",
    }),
    short: new Intl.DateTimeFormat("en-GB", {
      day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
    }),
  };

  const showTimes = (root) => {
    for (const time of root.querySelectorAll("time[data-form]")) {
      const moment = new Date(time.dateTime);
      if (!Number.isNaN(moment.getTime())) {
        time.textContent = forms[time.dataset.form].format(moment).replace(",", time.dataset.form === "short" ? "" : ",");
      }
    }
  };

  // --- light or dark: kept in a cookie, so that the next page comes in it ---

  const themeForm = document.querySelector("[data-theme-form]");
  if (themeForm) {
    const button = themeForm.querySelector("button");
    const dark = () => document.documentElement.dataset.theme === "dark"
      || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
    button.value = dark() ? "light" : "dark";
    themeForm.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = dark() ? "light" : "dark";
      document.documentElement.dataset.theme = chosen;
      document.cookie = `theme=${chosen}; path=/; max-age=31536000; samesite=lax`;
    });
  }

  // --- keys ---

  const keys = document.getElementById("keys");
  const showKeys = () => keys.open || keys.showModal();
  for (const button of document.querySelectorAll("[data-show-keys]")) {
    button.hidden = false;
    button.addEventListener("click", showKeys);
  }

  const seen = (element) => element.offsetParent !== null;

  const focusSearch = () => {
    const fields = [...document.querySelectorAll("main [data-search], [data-search]")];
    const field = fields.filter((one) => one.closest("main")).find(seen) || fields.find(seen);
    if (!field) {
      location.assign("/findings");
      return;
    }
    field.focus();
    field.select();
  };

  const move = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")].filter(seen);
    if (rows.length === 0) return;
    const at = rows.findIndex((row) => row === document.activeElement);
    const next = at === -1 ? (step > 0 ? 0 : rows.length - 1)
      : Math.min(Math.max(at + step, 0), rows.length - 1);
    rows[next].focus();
    rows[next].scrollIntoView({ block: "nearest" });
  };

  const places = { o: "/", f: "/findings", c: "/cases", d: "/deliveries", i: "/intake" };
  let going = false;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const writing = event.target.closest("input, textarea, select");
    if (writing) {
      if (event.key === "Escape") writing.blur();
      return;
    }
    if (keys.open) return;
    if (going && places[event.key]) {
      location.assign(places[event.key]);
    } else if (event.key === "/") {
      event.preventDefault();
      focusSearch();
    } else if (event.key === "j" || event.key === "k") {
      move(event.key === "j" ? 1 : -1);
    } else if (event.key === "?") {
      showKeys();
    }
    going = event.key === "g";
  });

  // --- release pictures: one stop of the tab key, then the arrows ---

  const startPictures = (root) => {
    for (const picture of root.querySelectorAll("svg[data-marks]")) {
      const marks = [...picture.querySelectorAll(".mark")];
      const readout = picture.closest("[data-picture]")?.querySelector("[data-readout]");
      if (marks.length === 0) continue;
      marks[0].setAttribute("tabindex", "0");
      if (readout) {
        readout.textContent = "Point at a release, or go from one to the next with the arrow keys.";
      }
      const tell = (event) => {
        const mark = event.target.closest(".mark");
        if (mark && readout) readout.textContent = mark.getAttribute("aria-label");
      };
      picture.addEventListener("focusin", tell);
      picture.addEventListener("mouseover", tell);
      picture.addEventListener("keydown", (event) => {
        const at = marks.indexOf(document.activeElement);
        const steps = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 };
        const next = marks[steps[event.key]];
        if (at === -1 || !next) return;
        event.preventDefault();
        marks[at].setAttribute("tabindex", "-1");
        next.setAttribute("tabindex", "0");
        next.focus();
        next.scrollIntoView({ block: "nearest", inline: "nearest" });
      });
    }
  };

  // --- handing in by dropping a file ---

  const startDrop = (root) => {
    for (const drop of root.querySelectorAll("[data-drop]")) {
      const field = drop.querySelector("input[type=file]");
      const over = (on) => (event) => {
        event.preventDefault();
        drop.classList.toggle("drop--over", on);
      };
      drop.addEventListener("dragover", over(true));
      drop.addEventListener("dragleave", over(false));
      drop.addEventListener("drop", (event) => {
        over(false)(event);
        if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
      });
    }
    for (const form of root.querySelectorAll("[data-once]")) {
      form.addEventListener("submit", () => {
        const button = form.querySelector("button[type=submit]");
        button.setAttribute("aria-disabled", "true");
        button.textContent = button.dataset.busy;
      });
    }
  };

  // --- copying what is shown once ---

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    });
  }

  // --- htmx: no empty words in addresses, no asking while nobody looks ---

  document.addEventListener("htmx:configRequest", (event) => {
    const { parameters, verb } = event.detail;
    if (verb !== "get") return;
    for (const name of Object.keys(parameters)) {
      if (parameters[name] === "") delete parameters[name];
    }
  });

  let paused = false;
  for (const button of document.querySelectorAll("[data-pause]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      paused = !paused;
      button.textContent = paused ? "Go on" : "Pause";
    });
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("[data-live]") && (paused || document.hidden)) event.preventDefault();
  });

  document.addEventListener("htmx:afterSwap", (event) => start(event.detail.target.isConnected ? event.detail.target : document));

  const start = (root) => {
    showTimes(root);
    startPictures(root);
    startDrop(root);
  };

  start(document);
})();
