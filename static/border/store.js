/* What lies on the phone, in three stores of one database. Nothing in it is readable without the code:
   `pack`   one row: key wrapped with the code, how often a wrong code was given, until when, the server's public key.
   `sheets` sealed with the pack's key: the people, the state, and the own marks that were not answered yet.
   `outbox` marks and counts sealed for the server; they outlive the pack and open on the server alone. */

const NAME = "lmc-border";
let opened = null;

const database = () => {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      ["pack", "sheets"].forEach((store) => asked.result.createObjectStore(store));
      /* Sent in the order of marking: a second mark of a person stands on the first. */
      asked.result.createObjectStore("outbox", { keyPath: "order", autoIncrement: true });
    };
    asked.onsuccess = () => {
      /* Storage that is cleared from outside (sign-out) must not be held open by this page. */
      asked.result.onversionchange = () => { asked.result.close(); opened = null; };
      asked.result.onclose = () => { opened = null; };
      resolve(asked.result);
    };
    asked.onerror = () => { opened = null; reject(asked.error); };
  });
  return opened;
};

/* One transaction over some stores: either all of `work` is on the phone afterwards, or none of it. */
const within = async (stores, mode, work) => {
  const base = await database();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(stores, mode, { durability: "strict" });
    const result = work(...stores.map((store) => transaction.objectStore(store)));
    transaction.oncomplete = () => resolve(result instanceof IDBRequest ? result.result : result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
};

export const pack = () => within(["pack"], "readonly", (store) => store.get("pack"));
export const sheet = (name) => within(["sheets"], "readonly", (store) => store.get(name));
export const putSheet = (name, sealed) => within(["sheets"], "readwrite", (store) => { store.put(sealed, name); });
export const changePack = (change) => within(["pack"], "readwrite", (store) => {
  const asked = store.get("pack");
  asked.onsuccess = () => { if (asked.result) store.put({ ...asked.result, ...change(asked.result) }, "pack"); };
});

/* A new pack takes the place of an old one; what waits in the outbox stays. */
export const putPack = (row, sheets) => within(["pack", "sheets"], "readwrite", (packs, store) => {
  store.clear();
  Object.entries(sheets).forEach(([name, sealed]) => store.put(sealed, name));
  packs.put(row, "pack");
});

/* Forget everything that could be read with the code. The outbox stays: it opens on the server alone. */
export const wipe = () => within(["pack", "sheets"], "readwrite", (packs, store) => { packs.delete("pack"); store.clear(); });

export const ownMarks = () => within(["sheets"], "readonly", (store) => store.getAll(IDBKeyRange.bound("mark/", "mark0")));

/* Change a row of the outbox as it lies there now: it may have been sent or put away meanwhile. */
const change = (outbox, order, changed) => {
  const asked = outbox.get(order);
  asked.onsuccess = () => { if (asked.result) outbox.put({ ...asked.result, ...changed(asked.result) }); };
};

const away = (outbox, sheets, { order, uuid }, correctedBy) => {
  change(outbox, order, () => ({ away: { at: new Date().toISOString(), corrected_by: correctedBy } }));
  sheets.delete(`mark/${uuid}`);
};

/* `replaces`, a row that was refused, is put away in the same step. */
export const enqueue = (item, sealedForPhone, replaces = null) => within(["outbox", "sheets"], "readwrite", (outbox, sheets) => {
  if (replaces) away(outbox, sheets, replaces, item.uuid);
  outbox.add(item);
  sheets.put({ ...sealedForPhone, uuid: item.uuid }, `mark/${item.uuid}`);
});

/* The server refused these: they stay and are marked so; `sealed` is by id what can be shown of them, with the reason. */
export const refuse = (items, sealed) => within(["outbox", "sheets"], "readwrite", (outbox, sheets) => {
  items.forEach(({ order, uuid }) => {
    change(outbox, order, () => ({ refused: true }));
    const asked = sheets.getKey(`mark/${uuid}`);
    asked.onsuccess = () => { if (asked.result && sealed[uuid]) sheets.put({ ...sealed[uuid], uuid }, `mark/${uuid}`); };
  });
});

/* It is sent once more, to be kept in the record, and is a mark no longer. */
export const putAway = (item) => within(["outbox", "sheets"], "readwrite", (outbox, sheets) => away(outbox, sheets, item, null));

export const isRefused = (item) => Boolean(item.refused && !item.away);

export const waiting = () => within(["outbox"], "readonly", (store) => store.getAll());

/* The server has answered these: they leave the outbox, and the new state comes, in one step. */
export const settle = (items, sealedState) => within(["outbox", "sheets"], "readwrite", (outbox, sheets) => {
  items.forEach(({ order, uuid }) => { outbox.delete(order); sheets.delete(`mark/${uuid}`); });
  if (sealedState) sheets.put(sealedState, "state");
});

/* The officer signed out here while there was no line: owed to the server. */
export const setLeave = (owed) => within(["pack"], "readwrite", (store) => { if (owed) store.put(true, "leave"); else store.delete("leave"); });
export const leaveOwed = () => within(["pack"], "readonly", (store) => store.get("leave"));
