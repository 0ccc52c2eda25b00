/* The line to the server: contact, taking a pack, sending what waits. On a bad line everything ends in time and may be
   sent again: the server knows each mark by the id the phone made. */

import * as store from "./store.js";

const PATIENCE_MS = 20000;
/* What goes in one request: few enough that a bad line carries it, and below the server's limit of a body. */
const AT_ONCE = 25;
const BYTES_AT_ONCE = 1_200_000;

export class NoLine extends Error {}
export class Refused extends Error {
  constructor(status, problem) { super(problem.detail || `${status}`); this.status = status; this.problem = problem; }
}

const ask = async (address, options = {}) => {
  let answer;
  try {
    answer = await fetch(address, {
      redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS), credentials: "same-origin", ...options,
      headers: { Accept: "application/json", ...options.headers },
    });
  } catch {
    throw new NoLine();
  }
  /* A redirect leads to the sign-in page. */
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new Refused(401, {});
  if (answer.status >= 502) throw new NoLine();
  let body = {};
  try {
    body = await answer.json();
  } catch {
    if (answer.ok) throw new NoLine();
  }
  if (!answer.ok) throw new Refused(answer.status, body);
  return body;
};

const post = (address, token, body) => ask(address, {
  method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": token },
});

/* {signed_in, stands, mine, token}; `stands` is false for a pack that was ended, revoked or is over. */
export const contact = (addresses, packId) => ask(packId ? `${addresses.contact}?pack=${packId}` : addresses.contact);

const of = (address, crossing) => address.replace("00000000-0000-0000-0000-000000000000", crossing);

export const takePack = (addresses, crossing, token) => post(of(addresses.pack, crossing), token, {});

export const secondFactorAt = (addresses, crossing) => of(addresses.open, crossing);

/* Parts of the outbox that go together: of one pack, few and small. */
export const portions = (items) => {
  const made = [];
  items.forEach((item) => {
    const last = made.at(-1);
    const size = item.envelope.length;
    if (last && last.pack === item.pack && last.items.length < AT_ONCE && last.size + size < BYTES_AT_ONCE) {
      last.items.push(item);
      last.size += size;
    } else made.push({ pack: item.pack, crossing: item.crossing, items: [item], size });
  });
  return made;
};

/* Send all that waits, part by part; `settled` takes each answer before the next part goes. A part that is refused as a
   whole goes to `refused` and stays: what an earlier crossing left behind must not hold up this one's. What was refused
   before goes only when it is asked for: on a bad line it would take the room of the rest. */
export const sendWaiting = async (addresses, token, { all, settled, refused }) => {
  for (const part of portions((await store.waiting()).filter((item) => all || !store.isRefused(item)))) {
    let answer;
    try {
      answer = await sendPart(addresses, token, part);
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401) throw error;
      await refused(part, error);
      continue;
    }
    await settled(part, answer);
  }
};

const sendPart = (addresses, token, part) => post(of(addresses.marks, part.crossing), token, {
  pack: part.pack, items: part.items.map(({ uuid, envelope, away }) => ({ uuid, envelope, away })),
});

/* How it stands now, with nothing to send. */
export const state = (addresses, row, token) => post(of(addresses.marks, row.crossing), token, { pack: row.uuid, items: [] });

/* The phone was wiped already; what is sealed for the server stays until it is sent. */
export const signOut = async (addresses, token) => {
  try {
    await fetch(addresses.sign_out, {
      method: "POST", body: new URLSearchParams({ keep_sealed: "yes" }), headers: { "X-CSRFToken": token },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new NoLine();
  }
};
