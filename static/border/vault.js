/* The phone's copy: sealed with a key that lies nowhere in clear. Why so: decision record 36.
   The key is random, lives in this page's memory alone, and is kept wrapped with a code of 60 random bits which the
   officer notes beside the phone. What waits to be sent is sealed once more, for the server's key of this pack. */

import { decode, encode, fromBase64, toBase64 } from "./bytes.js";
import * as store from "./store.js";

/* No letter that is mistaken for a digit; 32 signs are five bits each. */
const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LENGTH = 12;
const ROUNDS = 600000;
export const TRIES = 5;
/* A clock that was set back by more than this would keep an expired copy open. */
const CLOCK_SLACK_MS = 10 * 60 * 1000;

let key = null;
let current = null;

export class WrongCode extends Error {
  constructor(left) { super("wrong code"); this.left = left; }
}
/* Nothing can be opened any more: over, wiped, or never taken. */
export class Gone extends Error {}

const random = (length) => crypto.getRandomValues(new Uint8Array(length));

export const newCode = () => [...random(CODE_LENGTH)].map((byte) => SIGNS[byte % 32]).join("");
export const shownCode = (code) => code.match(/.{4}/g).join(" ");

/* What was typed, as it was made: case and gaps do not count, O is 0, I and L are 1. */
export const typedCode = (text) => text.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");

const wrappingKey = async (code, salt) => {
  const typed = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS },
    typed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"],
  );
};

/* Sealed for one name in one pack: swapped with another it does not open. */
const bound = (name, packId) => new TextEncoder().encode(`lmc border ${packId} ${name}`);

const sealed = async (withKey, bytes, name, packId) => {
  const iv = random(12);
  const parameters = { name: "AES-GCM", iv, additionalData: bound(name, packId) };
  return { iv, bytes: new Uint8Array(await crypto.subtle.encrypt(parameters, withKey, bytes)) };
};

const unsealed = (withKey, row, name, packId) => crypto.subtle.decrypt(
  { name: "AES-GCM", iv: row.iv, additionalData: bound(name, packId) }, withKey, row.bytes,
);

export const isOpen = () => key !== null;
export const lock = () => { key = null; current = null; };
export const wipe = async () => { lock(); await store.wipe(); };

/* Keep what the server gave, wrapped with the code; it is open afterwards. */
export const keep = async (given, code) => {
  const salt = random(16);
  const plain = random(32);
  const { uuid, crossing, public_key, expires_at } = given.pack;
  const made = await crypto.subtle.importKey("raw", plain, "AES-GCM", false, ["encrypt", "decrypt"]);
  const row = {
    uuid, crossing, expires_at, salt, server_key: public_key, tries: 0, seen: Date.now(),
    wrapped: await sealed(await wrappingKey(code, salt), plain, "key", uuid),
  };
  plain.fill(0);
  await store.putPack(row, {
    people: await sealed(made, encode(given.people), "people", uuid),
    crossing: await sealed(made, encode(given.crossing), "crossing", uuid),
    state: await sealed(made, encode(given.state), "state", uuid),
  });
  key = made;
  current = row;
};

/* Whether a pack is over by its end, or by a clock that runs backwards. */
export const isOver = (row) => {
  const now = Date.now();
  return now >= Date.parse(row.expires_at) || now < row.seen - CLOCK_SLACK_MS;
};

/* Open what lies here. The try is counted before it is made: switching the phone off gives none back. */
export const unlock = async (typed) => {
  const row = await store.pack();
  if (!row || isOver(row) || row.tries >= TRIES) { await wipe(); throw new Gone(); }
  await store.changePack((now) => ({ tries: now.tries + 1 }));
  let plain;
  try {
    plain = new Uint8Array(await unsealed(await wrappingKey(typedCode(typed), row.salt), row.wrapped, "key", row.uuid));
  } catch {
    const left = TRIES - row.tries - 1;
    if (left <= 0) { await wipe(); throw new Gone(); }
    throw new WrongCode(left);
  }
  key = await crypto.subtle.importKey("raw", plain, "AES-GCM", false, ["encrypt", "decrypt"]);
  plain.fill(0);
  current = row;
  await store.changePack(() => ({ tries: 0, seen: Date.now() }));
};

export const touch = () => store.changePack((row) => ({ seen: Math.max(row.seen, Date.now()) }));

export const read = async (name) => {
  const row = await store.sheet(name);
  return row ? decode(await unsealed(key, row, name, current.uuid)) : null;
};

/* The own marks and counts that the server has not answered yet. */
export const unanswered = async () => Promise.all((await store.ownMarks()).map(
  async (row) => decode(await unsealed(key, row, `mark/${row.uuid}`, current.uuid)),
));

/* Queue a mark or a count: sealed for the server to be sent, and with the pack's key to be shown. `replaces` is the row of
   the outbox that it corrects. */
export const queue = async (item, replaces = null) => {
  const envelope = await forServer(item, current);
  const own = await sealed(key, encode(item), `mark/${item.uuid}`, current.uuid);
  await store.enqueue({ uuid: item.uuid, pack: current.uuid, crossing: current.crossing, envelope }, own, replaces);
};

/* Keep why the server refused items of one pack: [{item, detail}]. What cannot be opened is marked alone. */
export const refuse = async (refused, packId) => {
  const kept = {};
  if (isOpen() && packId === current.uuid) {
    const shown = await unanswered();
    await Promise.all(refused.map(async ({ item, detail }) => {
      const own = shown.find((one) => one.uuid === item.uuid);
      if (own) kept[item.uuid] = await sealed(key, encode({ ...own, refused: detail }), `mark/${item.uuid}`, packId);
    }));
  }
  await store.refuse(refused.map(({ item }) => item), kept);
};

/* Items that the server answered leave; the state comes where it is this pack's and it is open. */
export const settle = async (items, packId, state) => {
  const row = isOpen() && packId === current.uuid ? await sealed(key, encode(state), "state", packId) : null;
  await store.settle(items, row);
};

/* Form byte, own public key (65 bytes), nonce (12), AES-GCM under HKDF-SHA-256 of the P-256 secret. */
const forServer = async (item, row) => {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await crypto.subtle.importKey("raw", fromBase64(row.server_key), curve, false, []);
  const ours = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey));
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const once = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: point, info: bound("envelope", row.uuid) },
    material, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  const closed = await sealed(once, encode(item), item.uuid, row.uuid);
  const whole = new Uint8Array(1 + point.length + closed.iv.length + closed.bytes.length);
  whole.set([1]);
  whole.set(point, 1);
  whole.set(closed.iv, 1 + point.length);
  whole.set(closed.bytes, 1 + point.length + closed.iv.length);
  return toBase64(whole);
};
