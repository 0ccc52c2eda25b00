/* What the server refused: shown with its reason until an officer corrects it or puts it away. Nothing leaves by itself. */

import { place, say, time, words } from "./screen.js";

let drawn = "";

const button = (text, name, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-sm";
  made.dataset[name] = "";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
};

const paragraph = (text) => {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
};

/* What was entered, in one line; an entry that cannot be opened here says so. */
const entered = ({ item, person }) => {
  if (!item) return words.sealed_entry;
  if (item.kind === "count") return [say(words.counted, { n: item.persons }), time(item.counted_at)].join(" · ");
  const who = person ? `${person.number} · ${person.name}` : words.not_listed;
  return [who, words.outcomes[item.outcome], item.reason, time(item.marked_at)].filter(Boolean).join(" · ");
};

const line = (entry, { correct, putAway }) => {
  const made = document.createElement("li");
  made.dataset.entry = entry.row.uuid;
  const acts = document.createElement("div");
  acts.className = "lmc-border__entry-acts";
  const offer = () => {
    const may = entry.item && (entry.item.kind === "count" || entry.person);
    acts.replaceChildren(
      ...(may ? [button(words.correct, "correct", () => correct(entry))] : []),
      button(words.put_away, "away", ask),
    );
  };
  const ask = () => {
    const keep = button(words.keep_entry, "keep", () => { offer(); acts.querySelector("[data-away]").focus(); });
    acts.replaceChildren(paragraph(words.put_away_sure), button(words.put_away, "sure", () => putAway(entry)), keep);
    keep.focus();
  };
  offer();
  made.append(paragraph(entered(entry)), paragraph(entry.item?.refused || words.refused), acts);
  return made;
};

/* `entries`: {row of the outbox, item where it can be opened, person where one is meant}. Drawn anew only where they
   changed: a question that stands there keeps its place and focus. */
export const showRefused = (entries, acts) => {
  const now = JSON.stringify(entries.map(({ row, item }) => [row.uuid, item?.refused || ""]));
  place("refused").hidden = !entries.length;
  if (now === drawn) return;
  drawn = now;
  place("refused-list").replaceChildren(...entries.map((entry) => line(entry, acts)));
};

export const forgetRefused = () => {
  drawn = "";
  place("refused-list").replaceChildren();
};
