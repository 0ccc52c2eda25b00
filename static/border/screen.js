/* What is seen: fills the places of the shell. Texts come from the page; values are set as text, never as markup. */

export const words = JSON.parse(document.getElementById("words").textContent);
export const place = (name) => document.querySelector(`[data-${name}]`);
const TONES = { PRESENT: "success", ABSENT: "danger", NOT_ACCEPTED: "danger", UNFIT: "warning" };

export const say = (template, values = {}) => Object.entries(values).reduce(
  (text, [name, value]) => text.replace(`%(${name})s`, value), template,
);

export const show = (name) => {
  document.querySelectorAll("[data-screen]").forEach((section) => { section.hidden = section.dataset.screen !== name; });
  const title = document.querySelector(`[data-screen="${name}"] h1`);
  title.focus();
  window.scrollTo(0, 0);
};

export const tell = (text) => {
  const box = place("message");
  box.textContent = text;
  box.hidden = !text;
};

const badge = (element, text, tone) => {
  element.textContent = text;
  element.className = `lmc-badge lmc-badge--${tone}`;
  return element;
};

export const showLine = (hasLine, count, refused) => {
  badge(place("line"), hasLine ? words.line : words.no_line, hasLine ? "success" : "warning");
  badge(place("waiting"), count ? say(words.waiting, { n: count }) : words.none_waiting, count ? "info" : "neutral");
  place("waiting").hidden = Boolean(refused && !count);
  badge(place("refused-count"), say(words.refused_count, { n: refused }), "danger");
  place("refused-count").hidden = !refused;
};

export const time = (iso) => new Date(iso).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });

const outcomeOf = (side) => {
  if (!side) return [words.unmarked, "neutral"];
  if (side.conflict) return [words.conflict, "warning"];
  return [words.outcomes[side.outcome], TONES[side.outcome]];
};

const sideText = (side) => {
  const said = [outcomeOf(side)[0]];
  if (side && !side.conflict) said.push(side.reason, time(side.at), side.waits ? words.not_sent : "");
  return said.filter(Boolean).join(" · ");
};

const nameOf = (element, person) => {
  element.textContent = person.name;
  element.lang = person.lang;
};

const personButton = (person, state, choose) => {
  const line = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.seat = person.seat;
  const number = document.createElement("span");
  number.className = "lmc-ref";
  number.textContent = person.number;
  const names = document.createElement("span");
  names.className = "lmc-border__names";
  const original = document.createElement("bdi");
  nameOf(original, person);
  const romanised = document.createElement("small");
  romanised.textContent = person.romanised;
  names.append(original, romanised);
  const states = document.createElement("span");
  states.className = "lmc-border__states";
  const [text, tone] = outcomeOf(state.own);
  states.append(badge(document.createElement("span"), text, tone));
  if (state.own && state.own.waits) states.append(badge(document.createElement("span"), words.not_sent, "info"));
  button.append(number, names, states);
  button.addEventListener("click", () => choose(person));
  line.append(button);
  return line;
};

const fits = (person, wanted) => !wanted || String(person.number) === wanted
  || (!/^\d+$/.test(wanted) && `${person.name} ${person.romanised}`.toLowerCase().includes(wanted));

/* `states` gives each seat's own and other side, with what waits laid over what the server said. */
export const showList = ({ crossing, people, states, counts, until, wanted, choose }) => {
  place("crossing").textContent = crossing.reference;
  place("place").textContent = crossing.place;
  place("until").textContent = say(words.until, { t: time(until) });
  const marked = people.filter((person) => states(person.seat).own).length;
  place("tally").textContent = say(words.tally, { n: marked, m: people.length });
  const split = people.filter((person) => states(person.seat).own?.conflict);
  place("conflicts").hidden = !split.length;
  place("conflict-list").replaceChildren(...split.map((person) => personButton(person, states(person.seat), choose)));
  const shown = people.filter((person) => fits(person, wanted));
  place("people").replaceChildren(...shown.map((person) => personButton(person, states(person.seat), choose)));
  place("nobody").hidden = shown.length > 0;
  ["own", "other"].forEach((side) => {
    const count = counts[side];
    place(`count-${side}`).textContent = count
      ? [count.persons, time(count.at), count.waits ? words.not_sent : ""].filter(Boolean).join(" · ") : words.uncounted;
  });
  place("property").replaceChildren(...crossing.property.map((text) => {
    const line = document.createElement("li");
    line.textContent = text;
    return line;
  }));
  place("no-property").hidden = crossing.property.length > 0;
};

export const showPerson = (person, state, choose) => {
  nameOf(place("name"), person);
  place("romanised").textContent = person.romanised;
  place("facts").textContent = [person.number, person.birth, person.nationality, person.request].filter(Boolean).join(" · ");
  place("flags").replaceChildren(...person.flags.map((text) => badge(document.createElement("span"), text, "warning")));
  const photo = place("photo");
  photo.hidden = !person.photo;
  place("no-photo").hidden = Boolean(person.photo);
  if (person.photo) photo.src = `data:image/jpeg;base64,${person.photo}`;
  else photo.removeAttribute("src");
  place("own").textContent = sideText(state.own);
  place("other").textContent = sideText(state.other);
  const contending = state.own?.conflict ? state.own.contending : [];
  place("contending").hidden = !contending.length;
  place("contending-list").replaceChildren(...contending.map((mark) => {
    const line = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.dataset.choose = mark.outcome;
    button.textContent = [words.outcomes[mark.outcome], mark.reason, mark.by, time(mark.at)].filter(Boolean).join(" · ");
    button.addEventListener("click", () => choose(mark));
    line.append(button);
    return line;
  }));
  fillMark();
};

/* The form as it opens: empty, or with what is to be corrected. */
export const fillMark = (item = null) => {
  const form = place("mark");
  form.reset();
  if (item) {
    form.elements.outcome.value = item.outcome;
    form.elements.reason.value = item.reason;
  }
  const needs = Boolean(item && item.outcome !== "PRESENT");
  place("why").hidden = !needs;
  form.elements.reason.required = needs;
  place("photo-again").hidden = !item?.photo;
};
