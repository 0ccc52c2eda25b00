/* Keeps the empty shell of the border page and its files, so that it opens without a line. It keeps nothing else: no
   answer with anybody's data passes through here to be stored. */
"use strict";

const CACHE = "lmc-border-{{ version }}";
const SHELL = "{{ shell }}";
const STATIC = "{{ static_url }}";
const FILES = [{% for file in files %}"{{ file }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  const fresh = [SHELL, ...FILES].map((address) => new Request(address, { cache: "reload", redirect: "error" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("lmc-border-") && name !== CACHE;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

/* A redirect would lead to a page of somebody's: it is an error here, and nothing of it is kept.
   The line first, so that the words are of today; the kept shell where it does not answer in time. */
const shell = async () => {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(SHELL, { redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(`${answer.status}`);
    await cache.put(SHELL, answer.clone());
    return answer;
  } catch {
    return (await cache.match(SHELL)) || Response.error();
  }
};

/* Files of the product are the same for everybody; a font is kept when a script is first met. */
const file = async (request) => {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === SHELL) event.respondWith(shell());
  else if (pathname.startsWith(STATIC)) event.respondWith(file(request));
});
