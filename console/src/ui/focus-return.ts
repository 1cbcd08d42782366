/**
 * When a dialog closes, the focus goes back to what opened it (WCAG 2.4.3). Dialogs here are there only while they are
 * open, so the library never sees one close; a menu item that opened one is gone by then, and its button takes over.
 */
export function returnFocusAfterDialogs(): void {
  const openers: HTMLElement[] = [];
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement) || target.closest('[role=dialog]')) return;
    openers.push(target);
    if (openers.length > 5) openers.shift();
  });
  const isDialog = (node: Node): boolean => node instanceof HTMLElement && (node.matches('[role=dialog]') || node.querySelector('[role=dialog]') !== null);
  new MutationObserver((changes) => {
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    if (changes.some((change) => [...change.removedNodes].some(isDialog))) openers.findLast((one) => one.isConnected)?.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}
