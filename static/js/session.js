/* Warn before a session ends, so that nothing typed is lost: the server decides, the page only asks how long is left. */
"use strict";

(() => {
  const box = document.querySelector("[data-session]");
  if (!box) return;
  const WARN = 120; // seconds before the end
  const text = box.querySelector("[data-session-text]");
  const stay = box.querySelector("[data-session-stay]");
  let timer = 0;

  const wait = (seconds) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, Math.max(1, seconds) * 1000);
  };

  const say = (words, canStay) => {
    text.textContent = words;
    stay.hidden = !canStay;
    box.hidden = false;
  };

  const read = (left) => {
    const seconds = Math.min(left.idle, left.in_all);
    if (seconds > WARN) {
      box.hidden = true;
      wait(seconds - WARN);
      return;
    }
    const byLimit = left.in_all <= left.idle;
    say(byLimit ? box.dataset.limit : box.dataset.idle, !byLimit);
    wait(seconds + 1);
  };

  /* Another tab may have been used meanwhile: only the server knows. An answer that is a page is the sign-in page. */
  const ask = async (options) => {
    try {
      const answer = await fetch(box.dataset.session, { headers: { Accept: "application/json" }, redirect: "manual", ...options });
      if (answer.ok) read(await answer.json());
      else say(box.dataset.over, false);
    } catch {
      wait(15);
    }
  };

  stay.addEventListener("click", () => {
    const token = box.querySelector("input[name=csrfmiddlewaretoken]");
    ask({ method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token ? token.value : "" } });
  });
  wait(Number(box.dataset.left) - WARN);
})();
