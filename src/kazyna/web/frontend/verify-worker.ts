// Keeps the page that checks codes, so that it opens and works without a network. What has a
// network is asked of it first, but for static files, whose addresses change with their content.
export {};
declare const self: ServiceWorkerGlobalScope;

const CACHE = "kazyna-verify-1";

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event: ExtendableMessageEvent) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    const wanted = new Set(event.data as string[]);
    const known = await cache.keys();
    await Promise.all(
      [...wanted].map(async (url) => {
        const isStatic = new URL(url, self.location.href).pathname.startsWith("/static/");
        if (isStatic && (await cache.match(url))) return;
        const response = await fetch(url);
        if (response.ok) await cache.put(url, response);
      }),
    );
    // What an older edition of the page used goes; other languages of the page stay.
    const kept = new Set([...wanted].map((url) => new URL(url, self.location.href).href));
    for (const request of known) {
      if (new URL(request.url).pathname.startsWith("/static/") && !kept.has(request.url)) {
        await cache.delete(request);
      }
    }
    event.ports[0]?.postMessage("kept");
  };
  event.waitUntil(keep());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(kept(request).then((found) => found ?? fetch(request)));
  else if (url.pathname === "/verify" || url.pathname === "/verify/kit") event.respondWith(freshest(request));
});

const kept = (request: Request) => caches.open(CACHE).then((cache) => cache.match(request));

async function freshest(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const found = (await cache.match(request)) ?? (await cache.match("/verify"));
    if (!found) throw error;
    return found;
  }
}
