// The page of the sign-in that waits for the telephone: asks every two seconds, and goes on by itself. Without script the button does.
(() => {
  'use strict';

  const form = document.getElementById('push-wait');
  const left = document.getElementById('push-left');
  const until = performance.now() + Number(form.dataset.seconds) * 1000;
  let isOver = false;

  const goOn = () => {
    isOver = true;
    form.submit();
  };
  form.addEventListener('submit', () => {
    isOver = true;
  });

  async function ask() {
    if (isOver) return;
    try {
      const answer = await fetch('/sign-in/push-state', { headers: { accept: 'application/json', 'x-only-looking': '1' }, credentials: 'same-origin' });
      if (answer.ok && (await answer.json()).state !== 'waiting') return void (isOver || goOn());
    } catch {
      // The network is away for a moment: the next look tells.
    }
    setTimeout(ask, document.hidden ? 4000 : 1500);
  }

  function count() {
    const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    left.hidden = seconds === 0;
    left.textContent = form.dataset.text.replace('{seconds}', seconds);
    if (seconds > 0) setTimeout(count, 500);
  }
  count();
  ask();
})();
