/* How far an upload is, and a file that is too large told before it is sent. Without this the plain form does the same. */
"use strict";

(() => {
  const box = document.querySelector("[data-upload]");
  const form = box && box.querySelector("form");
  if (!form || !window.FormData || !window.DOMParser) return;
  const input = form.querySelector("input[type=file]");
  const shown = box.querySelector("[data-upload-progress]");
  const bar = shown.querySelector("progress");
  const text = shown.querySelector("[data-upload-text]");
  const percent = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "percent" });

  const tooLarge = () => {
    const file = input.files[0];
    return Boolean(file) && file.size > Number(box.dataset.maxBytes);
  };
  input.addEventListener("change", () => {
    input.setCustomValidity(tooLarge() ? box.dataset.tooLarge : "");
    input.reportValidity();
  });

  const stop = (message) => {
    text.textContent = message;
    bar.hidden = true;
    form.removeAttribute("aria-busy");
  };

  /* The answer is a page: the one of the exhibit, or this one with what is wrong. It is shown as it came, because
     asking for it again would record a second look and lose its message. */
  const show = (request) => {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const part = page.querySelector("main") || page.body;
    document.querySelector("main").replaceChildren(...part.childNodes);
    document.title = page.title;
    if (request.responseURL) window.history.replaceState(null, "", request.responseURL);
    if (navigator.clipboard) {
      document.querySelectorAll("main [data-copy][hidden]").forEach((button) => { button.hidden = false; });
    }
    window.scrollTo(0, 0);
    const alert = document.querySelector("main [role=alert]");
    if (alert) {
      alert.setAttribute("tabindex", "-1");
      alert.focus();
    }
  };

  form.addEventListener("submit", (event) => {
    if (form.getAttribute("aria-busy") === "true") return;
    event.preventDefault();
    if (tooLarge()) {
      event.stopPropagation();
      input.reportValidity();
      return;
    }
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      bar.value = (100 * step.loaded) / step.total;
      text.textContent = percent.format(step.loaded / step.total);
    });
    request.addEventListener("load", () => show(request));
    request.addEventListener("error", () => stop(box.dataset.failed));
    request.open("POST", form.action || window.location.href);
    request.send(new FormData(form));
    shown.hidden = false;
    bar.hidden = false;
  });
})();
