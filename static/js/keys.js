/* Security keys: gives the page's button to the sign-in library's own code, and says when a key did not answer. */
"use strict";

(() => {
  const button = document.querySelector("[data-key]");
  if (!button) return;
  const { key, keyCredential, keyPasswordless } = button.dataset;
  const ids = { credential: keyCredential, passwordless: keyPasswordless, data: "js_data", [key]: button.id };
  window.allauth.webauthn.forms[`${key}Form`]({ ids });

  /* The library only writes it to the console. */
  document.addEventListener("allauth.error", (event) => {
    const box = document.querySelector("[data-key-failed]");
    if (!box) return;
    event.preventDefault();
    box.hidden = false;
    box.setAttribute("role", "alert");
  });
})();
