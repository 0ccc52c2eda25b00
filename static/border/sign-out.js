/* The sign-out page: a phone that still has something sealed for the server keeps that, and nothing that could be read.
   Without this script, or where it fails, the browser drops all it kept of this site. */

import * as store from "./store.js";

const form = document.querySelector("main form[data-sign-out]");

form?.addEventListener("submit", async (event) => {
  if (form.elements.keep_sealed) return;
  event.preventDefault();
  try {
    await store.wipe();
    if ((await store.waiting()).length) {
      const keep = document.createElement("input");
      Object.assign(keep, { type: "hidden", name: "keep_sealed", value: "yes" });
      form.append(keep);
    }
  } finally {
    form.submit();
  }
});
