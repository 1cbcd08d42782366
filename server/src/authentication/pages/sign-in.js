// Passkeys and the "show" button: the only script of these pages. Everything else works without it.
(() => {
  'use strict';

  for (const button of document.querySelectorAll('button[data-reveal]')) {
    const input = document.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener('click', () => {
      const isShown = input.type === 'text';
      input.type = isShown ? 'password' : 'text';
      button.textContent = isShown ? button.dataset.show : button.dataset.hide;
      input.focus();
    });
  }

  const form = document.getElementById('passkey-form');
  if (!form) return;
  const isPossible = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON && PublicKeyCredential.parseCreationOptionsFromJSON;
  if (!isPossible) return;
  const button = form.querySelector('button');
  const problem = document.getElementById('passkey-problem');
  const isEnrolment = form.dataset.passkey === 'enrol';
  let waiting = null;

  for (const one of document.querySelectorAll('[data-without-script]')) one.hidden = true;
  form.hidden = false;

  async function options() {
    const headers = form.dataset.csrf ? { 'x-csrf-token': form.dataset.csrf } : {};
    const answer = await fetch(form.dataset.options, { method: 'POST', headers, credentials: 'same-origin' });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).options;
  }

  function send(credential) {
    form.elements.namedItem('response').value = JSON.stringify(credential.toJSON());
    button.disabled = true;
    form.submit();
  }

  async function ask(mediation) {
    if (waiting) waiting.abort();
    const mine = (waiting = new AbortController());
    const given = await options();
    if (mine.signal.aborted) return;
    const credential = isEnrolment
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(given), signal: mine.signal })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(given), mediation, signal: mine.signal });
    if (credential && !mine.signal.aborted) send(credential);
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    problem.hidden = true;
    ask('optional').catch((error) => {
      if (error.name !== 'AbortError') problem.hidden = false;
      autofill();
    });
  });

  // Passkey autofill: the browser offers passkeys in the username field. A challenge lives five minutes; asked anew after four.
  function autofill() {
    if (form.dataset.autofill === undefined || !PublicKeyCredential.isConditionalMediationAvailable) return;
    PublicKeyCredential.isConditionalMediationAvailable().then((isAvailable) => {
      if (isAvailable) ask('conditional').catch(() => undefined);
    });
  }
  autofill();
  if (form.dataset.autofill !== undefined) setInterval(autofill, 240000);
})();
