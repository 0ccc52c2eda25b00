/* The phone page at the border: what is done when. Every mark is on the phone before anything is sent. */

import * as line from "./line.js";
import { smallPhoto } from "./picture.js";
import { forgetRefused, showRefused } from "./refused.js";
import { scan } from "./scan.js";
import { fillMark, place, say, show, showLine, showList, showPerson, tell, words } from "./screen.js";
import * as store from "./store.js";
import * as vault from "./vault.js";

const addresses = JSON.parse(document.getElementById("addresses").textContent);
const SYNC_EVERY_MS = 20000;
/* Without a touch or anything to send the page asks for no news: asking would keep a left session alive. */
const NEWS_FOR_MS = 2 * 60 * 1000;
const LOCK_AFTER_MS = 15 * 60 * 1000;

let copy = null; // {crossing, people, state, own: unanswered items}, while it is open
let row = null;
let person = null;
let countCorrects = null; // and the one that the next head count does
let correcting = null; // the refused entry that the open person's form takes the place of
let hasLine = navigator.onLine;
let token = "";
let sending = false;
let again = false;
let refusedToo = false;
let touchedAt = Date.now();
let stopCamera = null;

const wantedCrossing = () => (/^#([0-9a-f-]{36})$/.exec(window.location.hash) || ["", row ? row.crossing : ""])[1];

const header = async () => {
  const rows = await store.waiting();
  const refused = rows.filter(store.isRefused);
  showLine(hasLine, rows.length - refused.length, refused.length);
  /* While the list is locked nobody can say what of it was refused. */
  const shown = refused.filter(({ pack }) => copy || !row || pack !== row.uuid).map((one) => {
    const item = copy?.own.find(({ uuid }) => uuid === one.uuid);
    return { row: one, item, person: item && copy.people.find(({ seat }) => seat === item.seat) };
  });
  showRefused(shown, { correct, putAway });
};

/* --- what is known of a seat: the server's state, with what waits laid over it ------------------ */
const waitingOf = (fits) => copy.own.filter((item) => !item.refused && fits(item)).at(-1);

const withWaiting = (seat) => {
  const known = copy.state.seats[seat] || {};
  const own = waitingOf((item) => item.seat === seat);
  return own ? { ...known, own: { ...own, at: own.marked_at, waits: true } } : known;
};

const counts = () => {
  const own = waitingOf((item) => item.kind === "count");
  return own ? { ...copy.state.counts, own: { persons: own.persons, at: own.counted_at, waits: true } } : copy.state.counts;
};

const list = () => showList({
  crossing: copy.crossing, people: copy.people, states: withWaiting, counts: counts(), until: row.expires_at,
  wanted: place("find").elements.find.value.trim().toLowerCase(), choose: openPerson,
});

const toList = (seat) => {
  person = correcting = null;
  tell("");
  list();
  show("list");
  if (seat) document.querySelector(`[data-people] [data-seat="${seat}"]`)?.focus();
};

const openPerson = (chosen) => {
  closeCamera();
  correcting = null;
  tell("");
  person = chosen;
  showPerson(person, withWaiting(person.seat), choose);
  show("person");
};

const read = async () => {
  row = await store.pack();
  const [crossing, people, state, own] = await Promise.all([
    vault.read("crossing"), vault.read("people"), vault.read("state"), vault.unanswered(),
  ]);
  /* In the order of marking, which the phone's clock may not show. */
  const order = (await store.waiting()).map((item) => item.uuid);
  own.sort((a, b) => order.indexOf(a.uuid) - order.indexOf(b.uuid));
  copy = { crossing, people, state, own };
};

/* --- closing ------------------------------------------------------------------------------------ */
const close = async (text) => {
  closeCamera();
  copy = person = correcting = null;
  vault.lock();
  row = await store.pack();
  clearScreen();
  show(row ? "locked" : "start");
  place("no-crossing").hidden = Boolean(wantedCrossing());
  place("take").hidden = !wantedCrossing();
  tell(text);
  await header();
};

/* Nothing of a person stays in the page behind a hidden part. */
const clearScreen = () => {
  ["people", "conflict-list", "property", "contending-list", "name", "romanised", "facts", "flags", "own", "other", "code",
    "place", "tally", "until", "crossing", "count-own", "count-other"].forEach((name) => place(name).replaceChildren());
  place("photo").removeAttribute("src");
  forgetRefused();
  ["find", "mark", "count", "unlock"].forEach((name) => place(name).reset());
};

const wipe = async (text) => {
  await vault.wipe();
  row = null;
  await close(text);
};

const overNow = async () => {
  if (row && vault.isOver(row)) {
    await wipe(words.expired);
    return true;
  }
  return false;
};

/* --- the line ------------------------------------------------------------------------------------ */
/* Ask how things stand; wipe what the server has ended. Returns whether something may be sent. */
const contact = async () => {
  const stands = await line.contact(addresses, row ? row.uuid : "");
  hasLine = true;
  token = stands.token;
  if (row && (!stands.stands || (stands.signed_in && !stands.mine))) await wipe(words.revoked);
  place("sign-in").hidden = stands.signed_in;
  place("sign-in").href = `${addresses.sign_in}?next=${encodeURIComponent(window.location.pathname + window.location.hash)}`;
  return stands.signed_in;
};

/* `once`: this time also what was refused before. */
const sync = async (once = false) => {
  refusedToo ||= once;
  /* What is marked meanwhile is sent right after, and read again. */
  if (sending) { again = true; return; }
  sending = true;
  again = false;
  let refused = "";
  const all = refusedToo;
  refusedToo = false;
  try {
    if (await contact()) {
      const settled = async (part, answer) => {
        const answers = new Map(answer.items.map((item) => [item.uuid, item]));
        const [done, others] = [[], []];
        part.items.forEach((item) => (answers.get(item.uuid)?.kept ? done : others).push(item));
        const reasons = others.map((item) => ({ item, detail: answers.get(item.uuid)?.detail || words.refused }));
        refused = reasons.at(0)?.detail || refused;
        await vault.refuse(reasons, part.pack);
        await vault.settle(done, part.pack, answer.state);
        await header();
      };
      const whole = async (part, error) => {
        if (row && part.pack === row.uuid) throw error;
        refused = error.problem.detail || words.refused;
        await vault.refuse(part.items.map((item) => ({ item, detail: refused })), part.pack);
      };
      await line.sendWaiting(addresses, token, { all, settled, refused: whole });
      if (vault.isOpen() && Date.now() - touchedAt < NEWS_FOR_MS) {
        await vault.settle([], row.uuid, (await line.state(addresses, row, token)).state);
      }
      if (vault.isOpen()) {
        await read();
        if (!place("conflicts").closest("section").hidden) list();
        await vault.touch();
      }
      if (refused) tell(refused);
    }
    if (await store.leaveOwed()) await leaveThere();
  } catch (error) {
    if (error instanceof line.NoLine) hasLine = false;
    else if (error instanceof line.Refused) await refusedBy(error);
    else throw error;
  } finally {
    sending = false;
    await header();
  }
  if (again && hasLine) await sync();
};

const refusedBy = async (error) => {
  if (error.status === 401) place("sign-in").hidden = false;
  else if (error.status === 404 && row) await wipe(words.revoked);
  else tell(error.problem.detail || words.refused);
};

/* --- taking, opening, leaving -------------------------------------------------------------------- */
const take = async () => {
  const crossing = wantedCrossing();
  place("take").disabled = true;
  try {
    const stands = await line.contact(addresses, "");
    if (!stands.signed_in) throw new line.Refused(401, {});
    token = stands.token;
    const given = await line.takePack(addresses, crossing, token);
    const code = vault.newCode();
    await vault.keep(given, code);
    await read();
    tell("");
    place("code").textContent = vault.shownCode(code);
    show("code");
  } catch (error) {
    if (error instanceof line.NoLine) { hasLine = false; tell(words.needs_line); }
    /* The page of the crossing asks for sign-in and second factor, and leads back here. */
    else if (error.status === 401 || error.problem?.type?.endsWith("step-up")) {
      window.location.assign(line.secondFactorAt(addresses, crossing));
    } else tell(error.problem?.detail || words.refused);
  } finally {
    place("take").disabled = false;
    await header();
  }
};

const unlock = async () => {
  const box = document.getElementById("code");
  try {
    await vault.unlock(box.value);
    await read();
    tell("");
    toList();
    sync();
  } catch (error) {
    if (error instanceof vault.WrongCode) tell(say(words.wrong_code, { n: error.left }));
    else if (error instanceof vault.Gone) await wipe(words.wiped);
    else throw error;
  } finally {
    box.value = "";
  }
};

/* Once what waited was sent: a sign-out that went before it would leave it behind. */
const leaveThere = async () => {
  await line.signOut(addresses, token);
  await store.setLeave(false);
  place("sign-in").hidden = false;
};

/* Wiped here at once, with or without a line; the server is told now or at the next contact. */
const leave = async () => {
  await store.setLeave(true);
  await wipe(words.wiped);
  await sync();
};

/* --- marking --------------------------------------------------------------------------------------- */
const newest = (seat) => {
  const waits = waitingOf((item) => item.seat === seat);
  return waits ? waits.uuid : copy.state.seats[seat]?.own?.mark || null;
};

const keepItem = async (item, entry = null) => {
  await vault.queue(item, entry?.row);
  copy.own = copy.own.filter(({ uuid }) => uuid !== entry?.row.uuid);
  copy.own.push(item);
  touchedAt = Date.now();
  await vault.touch();
  await header();
  sync();
};

const mark = async (outcome, reason, photo, isChoice = false) => {
  const { seat } = person;
  await keepItem({
    kind: "mark", uuid: crypto.randomUUID(), seat, outcome, reason, photo, is_choice: isChoice,
    marked_at: new Date().toISOString(), based_on: newest(seat),
  }, correcting);
  toList(seat);
};

const choose = (chosen) => mark(chosen.outcome, chosen.reason, "", true);

/* --- what the server refused ------------------------------------------------------------------------ */
const correct = (entry) => {
  if (entry.item.kind === "count") {
    countCorrects = entry;
    const box = document.getElementById("persons");
    box.value = entry.item.persons;
    box.focus();
    return;
  }
  openPerson(entry.person);
  correcting = entry;
  fillMark(entry.item);
  tell(entry.item.refused);
};

const putAway = async (entry) => {
  await store.putAway(entry.row);
  if (copy) copy.own = copy.own.filter(({ uuid }) => uuid !== entry.row.uuid);
  touchedAt = Date.now();
  tell("");
  await header();
  await sync();
};

/* --- the camera ------------------------------------------------------------------------------------ */
const closeCamera = () => {
  if (stopCamera) stopCamera();
  stopCamera = null;
  place("camera").hidden = true;
};

/* Which paper is in hand, where it is not the one that this list knows as the newest. */
const paperSays = (version, newest) => {
  if (!version || version === newest) return "";
  return version < newest ? say(words.old_paper, { n: version, m: newest }) : say(words.newer_paper, { n: version });
};

const found = ({ seat, code, version }) => {
  if (!seat && !code) { tell(words.other_code); return; }
  const known = copy.people.find((one) => (seat ? one.seat === seat : one.code === code));
  if (!known) { tell(words.unknown_code); return; }
  openPerson(known);
  tell(paperSays(version, known.dossier));
};

const openCamera = async () => {
  tell("");
  place("camera").hidden = false;
  try {
    stopCamera = await scan(place("video"), found);
  } catch {
    closeCamera();
    tell(words.no_camera);
    document.getElementById("find").focus();
  }
};

/* --- what the officer does -------------------------------------------------------------------------- */
const on = (name, event, act) => place(name).addEventListener(event, (happened) => {
  if (event === "submit") happened.preventDefault();
  touchedAt = Date.now();
  return act(happened);
});

on("take", "click", take);
on("anew", "click", () => { show("start"); place("take").hidden = false; });
on("noted", "click", () => { place("code").textContent = ""; toList(); sync(); });
on("unlock", "submit", unlock);
on("find", "input", list);
on("find", "submit", () => {
  const fitting = place("people").querySelectorAll("button");
  if (fitting.length === 1) fitting[0].click();
  else tell(fitting.length ? "" : words.nobody);
});
on("scan", "click", openCamera);
on("stop", "click", closeCamera);
on("back", "click", () => toList(person.seat));
on("send", "click", () => sync(true));
on("lock", "click", () => close(""));
on("leave", "click", leave);
on("count", "submit", async () => {
  const box = document.getElementById("persons");
  await keepItem({ kind: "count", uuid: crypto.randomUUID(), persons: Number(box.value), counted_at: new Date().toISOString() }, countCorrects);
  countCorrects = null;
  box.value = "";
  list();
});
on("mark", "change", ({ target }) => {
  if (target.name !== "outcome") return;
  const needs = target.value !== "PRESENT";
  place("why").hidden = !needs;
  document.getElementById("reason").required = needs;
});
on("mark", "submit", async ({ target }) => {
  const outcome = target.elements.outcome.value;
  let photo = "";
  try {
    photo = await smallPhoto(target.elements.photo.files[0]);
  } catch {
    tell(words.no_picture);
    return;
  }
  photo ||= correcting?.item.photo || "";
  tell("");
  const split = Boolean(withWaiting(person.seat).own?.conflict);
  await mark(outcome, outcome === "PRESENT" ? "" : target.elements.reason.value.trim(), photo, split);
});
document.addEventListener("keydown", (event) => {
  touchedAt = Date.now();
  if (event.key === "Escape" && person) toList(person.seat);
});

window.addEventListener("online", () => sync());
window.addEventListener("offline", () => { hasLine = false; header(); });
window.setInterval(async () => {
  if (await overNow()) return;
  if (copy && Date.now() - touchedAt > LOCK_AFTER_MS) await close("");
  if (!sending) await sync();
}, SYNC_EVERY_MS);

const begin = async () => {
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(addresses.worker, { scope: addresses.scope });
  navigator.storage?.persist?.();
  row = await store.pack();
  if (!(await overNow())) await close("");
  await sync();
};
begin();
