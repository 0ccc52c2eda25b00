/* Small helps on top of pages that work without them: menus that close, copying, drafts of long texts, connection errors.
   No dependency, nothing evaluated; texts to show come from data attributes, translated by the server. */
"use strict";

(() => {
  const PREFIX = "lmc-draft:";
  const PENDING = "lmc-draft-sent";
  const user = document.body.dataset.user || "";
  const toast = document.querySelector("[data-toast]");
  let toastTimer = 0;

  const say = (text) => {
    if (!toast || !text) return;
    toast.textContent = text;
    toast.hidden = false;
    window.clearTimeout(toastTimer);
    toastTimer = window.setTimeout(() => { toast.hidden = true; }, 6000);
  };

  /* A browser may refuse storage (private window, full): a draft is a help, never a condition. */
  const store = {
    get(key) { try { return window.sessionStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { window.sessionStorage.setItem(key, value); } catch { /* see above */ } },
    remove(key) { try { window.sessionStorage.removeItem(key); } catch { /* see above */ } },
    keys() { try { return Object.keys(window.sessionStorage).filter((key) => key.startsWith(PREFIX)); } catch { return []; } },
  };
  const clearDrafts = (start) => store.keys().filter((key) => key.startsWith(start)).forEach((key) => store.remove(key));

  /* --- menus made of <details>: one open at a time, closed by Escape or a click elsewhere --- */
  const menus = () => [...document.querySelectorAll("details[data-dropdown][open]")];
  document.addEventListener("click", (event) => {
    menus().filter((menu) => !menu.contains(event.target)).forEach((menu) => { menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  /* --- copying; the button shows only where the browser can do it --- */
  const showCopyButtons = (root) => {
    if (!navigator.clipboard) return;
    root.querySelectorAll("[data-copy][hidden]").forEach((button) => { button.hidden = false; });
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      say(toast && toast.dataset.copied);
    } catch {
      button.hidden = true;
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  /* --- drafts: each officer's own, gone when saved or signed out --- */
  const draftKey = (form, field) => `${PREFIX}${user}:${form.dataset.draft}:${field.name}`;
  const longTexts = (form) => [...form.querySelectorAll("textarea[name]")];
  const dirty = (form) => longTexts(form).some((field) => field.value !== field.defaultValue);
  let leaving = false;

  const settleDrafts = () => {
    if ("stepUp" in document.body.dataset) return; // Asked for the second factor in between: what was sent is under way.
    if (!user) { // Sign-in page or error page: what was sent did not arrive, the drafts wait for their author.
      store.remove(PENDING);
      return;
    }
    store.keys().filter((key) => !key.startsWith(`${PREFIX}${user}:`)).forEach((key) => store.remove(key));
    const sent = store.get(PENDING);
    if (!sent) return;
    store.remove(PENDING);
    const refused = "keepDrafts" in document.body.dataset
      || [...document.querySelectorAll("form[data-draft]")].some((form) => form.dataset.draft === sent);
    if (!refused) clearDrafts(`${PREFIX}${user}:${sent}:`);
  };

  const offerDraft = (form, field) => {
    const kept = store.get(draftKey(form, field));
    if (kept === null || kept === field.value) return;
    const box = document.createElement("div");
    box.className = "lmc-draft";
    box.setAttribute("role", "status");
    const text = document.createElement("span");
    text.textContent = toast.dataset.draftFound;
    const button = (label, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "btn btn-sm";
      made.textContent = label;
      made.addEventListener("click", () => { act(); box.remove(); field.focus(); });
      return made;
    };
    box.append(
      text,
      button(toast.dataset.draftRestore, () => { field.value = kept; }),
      button(toast.dataset.draftDiscard, () => store.remove(draftKey(form, field))),
    );
    field.before(box);
  };

  const watchDrafts = (form) => {
    longTexts(form).forEach((field) => {
      offerDraft(form, field);
      field.addEventListener("input", () => {
        if (field.value === field.defaultValue) store.remove(draftKey(form, field));
        else store.set(draftKey(form, field), field.value);
      });
    });
    form.addEventListener("submit", () => {
      leaving = true;
      longTexts(form).forEach((field) => store.set(draftKey(form, field), field.value));
      store.set(PENDING, form.dataset.draft);
    });
  };

  window.addEventListener("beforeunload", (event) => {
    if (leaving || ![...document.querySelectorAll("form[data-draft]")].some(dirty)) return;
    event.preventDefault();
  });

  /* --- forms: a second click does not send twice; signing out forgets the drafts --- */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-clear-drafts")) {
      leaving = true;
      clearDrafts(PREFIX);
      store.remove(PENDING);
    }
    if (form.method !== "post") return;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
    window.setTimeout(() => form.removeAttribute("aria-busy"), 8000);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[aria-busy]").forEach((form) => form.removeAttribute("aria-busy"));
  });

  /* --- htmx: say when the connection failed --- */
  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((name) => {
    document.addEventListener(name, () => say(toast && toast.dataset.failed));
  });
  document.addEventListener("htmx:load", (event) => showCopyButtons(event.target));

  settleDrafts();
  document.querySelectorAll("form[data-draft]").forEach(watchDrafts);
  showCopyButtons(document);
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();
})();
