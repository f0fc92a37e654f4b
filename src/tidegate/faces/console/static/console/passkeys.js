// Passkeys: a form that is marked asks the browser for one, and sends what it says.
// data-passkey says whether one is made or used; data-options holds what the server asks for, and
// data-ask the address where that is to be had instead.
"use strict";

(() => {
  const usable = window.PublicKeyCredential
    && PublicKeyCredential.parseRequestOptionsFromJSON
    && PublicKeyCredential.parseCreationOptionsFromJSON;

  const asked = async (form) => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.dataset.ask, { headers: { Accept: "application/json" } });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.reason || "the server did not answer; try again in a minute");
    return told.request_options;
  };

  const made = async (form, options) => {
    const wanted = options.publicKey;
    // To sign in by it alone, it has to be kept where it is made, and to know its owner.
    const alone = form.querySelector("[name=passwordless]")?.checked ?? false;
    wanted.authenticatorSelection = {
      ...wanted.authenticatorSelection,
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: alone,
      userVerification: "required",
    };
    return navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(wanted),
    });
  };

  const used = (options) => navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey),
  });

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[type=submit]");
    const said = form.querySelector("[data-said]");
    button.hidden = !usable;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      said.textContent = "";
      button.setAttribute("aria-disabled", "true");
      try {
        const options = await asked(form);
        const found = form.dataset.passkey === "make" ? await made(form, options) : await used(options);
        form.querySelector("[name=credential]").value = JSON.stringify(found.toJSON());
        form.submit();
      } catch (error) {
        button.removeAttribute("aria-disabled");
        said.textContent = error.name === "NotAllowedError"
          ? "No passkey was used: it was cancelled, took too long, or there is none for this site."
          : `The passkey did not work: ${error.message}`;
      }
    });
  }
})();
