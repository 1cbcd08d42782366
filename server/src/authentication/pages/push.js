// The telephone's side of push approval. The key is made here, cannot be taken out of the browser, and signs every answer.
// What is signed names this address, so that an answer given to a page that only looks like this one is worth nothing here.
(() => {
  'use strict';

  const app = document.getElementById('push-app');
  const pair = document.getElementById('push-pair');
  const show = (element, isShown = true) => {
    if (element) element.hidden = !isShown;
  };
  const byId = (id) => document.getElementById(id);
  for (const one of document.querySelectorAll('[data-without-script]')) one.hidden = true;

  const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));

  // ---- what the browser keeps: one key per pairing

  const open = () =>
    new Promise((resolve, reject) => {
      const asked = indexedDB.open('bailiwick-push', 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore('pairing', { keyPath: 'deviceId' });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  async function inStore(mode, work) {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction('pairing', mode);
        const asked = work(transaction.objectStore('pairing'));
        transaction.oncomplete = () => resolve(asked.result);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }
  const pairings = () => inStore('readonly', (store) => store.getAll());
  const keep = (pairing) => inStore('readwrite', (store) => store.put(pairing));
  const forget = (deviceId) => inStore('readwrite', (store) => store.delete(deviceId));

  // ---- talking: without cookies, since the key speaks for itself

  async function post(path, body) {
    const answer = await fetch(`/api/v1/push/${path}`, { method: 'POST', credentials: 'omit', headers: { 'content-type': 'application/json', accept: 'application/json' }, body: JSON.stringify(body) });
    const said = answer.status === 204 ? {} : await answer.json();
    if (!answer.ok) throw Object.assign(new Error(said.detail), { code: said.code });
    return said;
  }
  const sign = async (key, ...lines) => base64url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new TextEncoder().encode(lines.join('\n'))));

  if ('serviceWorker' in navigator && window.isSecureContext) navigator.serviceWorker.register('/push-worker.js', { scope: '/push' }).catch(() => undefined);

  // ---- pairing

  async function startPairing() {
    const form = byId('push-pair-form');
    const problem = byId('push-pair-problem');
    const fail = (why) => {
      problem.textContent = problem.dataset[why];
      show(problem);
    };
    const why = (error) => ({ 'authentication.push_pairing_not_valid': 'used', 'authentication.too_many_push_devices': 'many' })[error.code] ?? 'failed';
    show(pair);
    if (!window.crypto?.subtle || !window.indexedDB) return fail('impossible');
    const token = location.hash.slice(1);
    window.addEventListener('hashchange', () => location.reload());
    let invited;
    try {
      invited = await post('pairing', { token });
    } catch (error) {
      return fail(why(error));
    }
    for (const one of form.querySelectorAll('[data-fill]')) one.textContent = one.dataset.fill === 'person' ? invited.personName : invited.organisation;
    show(form);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const button = form.querySelector('button');
      const name = form.elements.namedItem('name').value.trim();
      if (name === '') return form.elements.namedItem('name').focus();
      button.disabled = true;
      show(problem, false);
      try {
        const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
        const point = base64url(await crypto.subtle.exportKey('raw', publicKey));
        // Kept before it is told: a key that only the server knows of would be of no use to anybody.
        const attempt = { deviceId: `new ${point}`, key: privateKey, personName: invited.personName, organisation: invited.organisation };
        try {
          await keep(attempt);
        } catch {
          return fail('impossible');
        }
        try {
          const { deviceId } = await post('devices', { token, name, publicKey: point, signature: await sign(privateKey, 'bailiwick push pairing', location.origin, invited.challenge, point) });
          await keep({ ...attempt, deviceId });
        } finally {
          await forget(attempt.deviceId);
        }
        await navigator.storage?.persist?.().catch(() => false);
        history.replaceState(null, '', '/push/pair');
        show(form, false);
        show(byId('push-pair-done'));
        byId('push-pair-done').querySelector('a').focus();
      } catch (error) {
        fail(why(error));
      } finally {
        button.disabled = false;
      }
    });
  }

  // ---- what waits

  const place = byId('push-prompts');
  const cards = new Map();
  const lines = new Map();
  let held = [];
  let isAsking = false;

  function say(card, outcome) {
    const said = byId('push-said').content.cloneNode(true).firstElementChild;
    for (const old of place.querySelectorAll('.push-said:not([data-stays])')) old.remove();
    if (outcome === 'disavowed') said.dataset.stays = '';
    said.textContent = said.dataset[outcome];
    card.element.replaceWith(said);
    cards.delete(card.id);
    if (outcome !== 'disavowed') setTimeout(() => said.remove(), 8000);
  }

  function draw(pairing, given) {
    const element = byId('push-prompt').content.cloneNode(true).firstElementChild;
    const card = { id: given.id, element, nonce: given.nonce, until: 0, deviceId: pairing.deviceId };
    const fill = (name, text) => {
      element.querySelector(`[data-fill=${name}]`).textContent = text;
    };
    fill('person', pairing.personName);
    const where = element.querySelector('[data-fill=place]');
    where.textContent = given.place === 'application' ? given.application : where.dataset[given.place];
    fill('browser', given.browser);
    fill('address', given.address);
    const form = element.querySelector('form');
    const digits = form.elements.namedItem('digits');
    const problem = element.querySelector('[data-said]');
    const complain = (kind, facts = {}) => {
      problem.textContent = problem.dataset[kind].replace('{seconds}', facts.seconds);
      show(problem);
      digits.setAttribute('aria-invalid', 'true');
      digits.focus();
    };
    let isBusy = false;
    async function answer(decision, typed) {
      if (isBusy) return;
      isBusy = true;
      show(problem, false);
      for (const one of element.querySelectorAll('button')) one.disabled = true;
      try {
        const { nonce } = card;
        const { outcome, waitSeconds } = await post('answer', { deviceId: pairing.deviceId, promptId: given.id, decision, digits: typed, nonce, signature: await sign(pairing.key, 'bailiwick push answer', location.origin, pairing.deviceId, given.id, nonce, decision, typed) });
        if (outcome === 'wrong' || outcome === 'wait') {
          digits.value = '';
          await ask();
          complain(outcome, { seconds: waitSeconds });
        } else say(card, outcome);
      } catch {
        complain('failed');
      } finally {
        isBusy = false;
        for (const one of element.querySelectorAll('button')) one.disabled = false;
      }
    }
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const typed = digits.value.replace(/[\s-]/g, '');
      if (!/^\d{6}$/.test(typed)) return complain('missing');
      answer('approve', typed);
    });
    form.noValidate = true;
    element.querySelector('[data-deny]').addEventListener('click', () => answer('deny', ''));
    const sure = element.querySelector('[data-sure]');
    element.querySelector('[data-not-me]').addEventListener('click', () => {
      show(sure);
      sure.querySelector('button').focus();
    });
    element.querySelector('[data-not-me-back]').addEventListener('click', () => show(sure, false));
    element.querySelector('[data-not-me-sure]').addEventListener('click', () => answer('not_me', ''));
    place.append(element);
    cards.set(card.id, card);
    if (document.activeElement === document.body || document.activeElement === null) digits.focus();
    return card;
  }

  function lineOf(pairing) {
    let line = lines.get(pairing.deviceId);
    if (!line) {
      line = byId('push-one').content.cloneNode(true).firstElementChild;
      line.querySelector('[data-fill=name]').textContent = pairing.personName;
      line.querySelector('[data-fill=of]').textContent = pairing.organisation;
      line.querySelector('[data-forget]').addEventListener('click', async () => {
        await forget(pairing.deviceId);
        location.reload();
      });
      byId('push-paired').append(line);
      lines.set(pairing.deviceId, line);
    }
    return line;
  }

  async function askFor(pairing) {
    if (pairing.isGone) return;
    const line = lineOf(pairing);
    try {
      for (let again = 0; ; again += 1) {
        pairing.nonce ??= (await post('nonce', { deviceId: pairing.deviceId })).nonce;
        try {
          const told = await post('waiting', { deviceId: pairing.deviceId, nonce: pairing.nonce, signature: await sign(pairing.key, 'bailiwick push waiting', location.origin, pairing.deviceId, pairing.nonce) });
          pairing.nonce = told.nonce;
          pairing.hasNotifications = told.device.hasNotifications;
          pairing.personName = told.personName;
          line.querySelector('[data-fill=name]').textContent = told.personName;
          line.querySelector('[data-fill=of]').textContent = `${told.organisation} · ${told.device.name}`;
          pairing.isOff = told.isOff;
          show(line.querySelector('[data-off]'), told.isOff);
          const waiting = new Set(told.items.map((one) => one.id));
          for (const card of [...cards.values()]) if (card.deviceId === pairing.deviceId && !waiting.has(card.id)) say(card, 'over');
          for (const one of told.items) {
            const card = cards.get(one.id) ?? draw(pairing, one);
            card.nonce = one.nonce;
            card.until = performance.now() + one.secondsLeft * 1000;
          }
          return;
        } catch (error) {
          if (error.code !== 'authentication.push_page_old' || again > 0) throw error;
          pairing.nonce = null;
        }
      }
    } catch (error) {
      if (error.code !== 'authentication.push_device_not_found') throw error;
      pairing.isGone = true;
      for (const card of [...cards.values()]) if (card.deviceId === pairing.deviceId) say(card, 'over');
      show(line.querySelector('[data-gone]'));
    }
  }

  async function ask() {
    if (isAsking) return;
    isAsking = true;
    try {
      await Promise.all(held.map(askFor));
      show(byId('push-offline'), false);
    } catch {
      show(byId('push-offline'));
    }
    isAsking = false;
    show(byId('push-idle'), cards.size === 0 && held.some((one) => !one.isGone && !one.isOff));
    notifications();
  }

  // ---- being woken

  let subscription = null;
  const tellable = () => held.filter((one) => !one.isGone);
  const canNotify = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  function notifications() {
    const isOn = subscription !== null && tellable().length > 0 && tellable().every((one) => one.hasNotifications);
    const isPossible = canNotify() && Notification.permission !== 'denied';
    show(byId('push-notified'), isOn);
    show(byId('push-notify'), isPossible && !isOn && tellable().length > 0 && app.dataset.refused === undefined);
    show(byId('push-no-notify'), !isOn && tellable().length > 0 && (!isPossible || app.dataset.refused !== undefined));
  }
  async function tellSubscription() {
    const { endpoint, keys } = subscription.toJSON();
    for (const pairing of tellable()) {
      const { nonce } = await post('nonce', { deviceId: pairing.deviceId });
      const to = { endpoint, p256dh: keys.p256dh, auth: keys.auth };
      await post('subscription', { deviceId: pairing.deviceId, nonce, subscription: to, signature: await sign(pairing.key, 'bailiwick push subscription', location.origin, pairing.deviceId, nonce, to.endpoint, to.p256dh, to.auth) });
      pairing.hasNotifications = true;
    }
  }
  async function subscribe() {
    const button = byId('push-notify');
    button.disabled = true;
    try {
      if ((await Notification.requestPermission()) !== 'granted') throw new Error('refused');
      const registration = await navigator.serviceWorker.ready;
      subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(app.dataset.vapid) });
      await tellSubscription();
    } catch {
      // No push service is reached from here, or the person said no: the open page does the same.
      subscription = null;
      app.dataset.refused = '';
    }
    button.disabled = false;
    notifications();
  }

  async function startApp() {
    show(app);
    if (!window.crypto?.subtle || !window.indexedDB) return show(byId('push-unpaired'));
    held = (await pairings().catch(() => [])).filter((one) => !one.deviceId.startsWith('new '));
    show(byId('push-unpaired'), held.length === 0);
    const form = byId('push-link-form');
    show(form, held.length === 0);
    form.noValidate = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const token = /^(?:.*#)?([A-Za-z0-9_-]{43})$/.exec(form.elements.namedItem('link').value.trim())?.[1];
      show(byId('push-link-problem'), !token);
      if (token) location.assign(`/push/pair#${token}`);
    });
    if (held.length === 0) return;
    byId('push-notify').addEventListener('click', subscribe);
    if (canNotify() && Notification.permission === 'granted') {
      const registration = await navigator.serviceWorker.getRegistration('/push').catch(() => undefined);
      subscription = (await registration?.pushManager.getSubscription().catch(() => null)) ?? null;
    }
    await ask();
    // The server forgot it (the service said that it was gone), or a pairing came later.
    if (subscription && tellable().some((one) => !one.hasNotifications)) await tellSubscription().catch(() => undefined);
    notifications();
    const again = async () => {
      if (!document.hidden) await ask();
      setTimeout(again, 2500);
    };
    setTimeout(again, 2500);
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) ask();
    });
    setInterval(() => {
      for (const card of cards.values()) {
        const left = card.element.querySelector('[data-left]');
        left.textContent = left.dataset.left.replace('{seconds}', Math.max(0, Math.ceil((card.until - performance.now()) / 1000)));
      }
    }, 500);
  }

  if (pair) startPairing();
  else if (app) startApp();
})();
