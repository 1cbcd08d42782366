import type { Words } from '../index.ts';
import { count } from './plural.ts';

export const push: Words['push'] = {
  title: 'Push-Bestätigung',
  lead: 'Ihr Telefon zeigt, wer sich anmeldet, und Sie tippen dort sechs Ziffern ein. Phishing kann sie abgreifen: Ein Passkey ist besser.',
  telephones: (n: number) => (n === 0 ? 'Nein' : count(n, 'Telefon', 'Telefone')),
  telephonesOff: (n: number) => `${count(n, 'Telefon', 'Telefone')}, ausgeschaltet`,
  pair: 'Telefon koppeln',
  none: 'Kein Telefon gekoppelt.',
  many: (n: number) => `Mehr als ${count(n, 'Telefon lässt', 'Telefone lassen')} sich nicht koppeln. Entfernen Sie zuerst eines.`,
  scan: 'Scannen Sie dies mit dem Telefon oder öffnen Sie den Link darauf. Es gilt einmal, zehn Minuten lang.',
  byHand: 'Oder diesen Link auf dem Telefon öffnen',
  waits: 'Warten auf das Telefon',
  paired: (name: string) => `${name} ist gekoppelt.`,
  over: 'Die zehn Minuten sind vorbei. Machen Sie einen neuen Link.',
  newLink: 'Neuer Link',
  hasMessages: 'bekommt Nachrichten',
  noMessages: 'öffnet die Seite von Hand',
  isOff: 'ausgeschaltet',
  offTitle: 'Ausgeschaltet: Drei Fragen nacheinander wurden abgelehnt oder blieben unbeantwortet.',
  offText: 'Kamen sie nicht von Ihnen, kennt jemand Ihr Passwort: Ändern Sie es zuerst. Schalten Sie die Bestätigung dann wieder ein.',
  locked: 'Nach 100 falschen Versuchen ausgeschaltet. Koppeln Sie ein Telefon neu.',
  switchOn: 'Wieder einschalten',
  switchOnEffect: 'Ihre Telefone werden wieder gefragt, wenn sich jemand mit Ihrem Passwort anmeldet.',
  switchedOn: 'Die Push-Bestätigung ist wieder eingeschaltet.',
  removeEffect: (name: string) => `${name} wird nicht mehr gefragt, wenn Sie sich anmelden. Sie können es wieder koppeln.`,
};
