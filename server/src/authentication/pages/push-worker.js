// Wakes the person when a question waits. It asks nothing and keeps nothing: what is asked, the page learns by its key.
'use strict';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    // Without words the title of the app has to do.
  }
  event.waitUntil(self.registration.showNotification(String(said.title || self.location.host), { body: String(said.body || ''), tag: 'sign-in', renotify: true, requireInteraction: true, icon: '/push/icon-192.png', badge: '/push/icon-192.png' }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((pages) => {
      const open = pages.find((page) => new URL(page.url).pathname === '/push');
      return open ? open.focus() : self.clients.openWindow('/push');
    }),
  );
});
