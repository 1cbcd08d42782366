import { inEveryLanguage } from './languages.ts';

export const sessionPhrases = inEveryLanguage({
  en: { wait_minutes: 'Too many wrong tries. Try again in {minutes} minutes, or from a browser you have signed in with before.' },
  de: { wait_minutes: 'Zu viele falsche Versuche. Versuchen Sie es in {minutes} Minuten noch einmal, oder in einem Browser, in dem Sie sich schon angemeldet haben.' },
  fr: { wait_minutes: 'Trop d’essais erronés. Réessayez dans {minutes} minutes, ou depuis un navigateur avec lequel vous vous êtes déjà connecté.' },
  es: { wait_minutes: 'Demasiados intentos fallidos. Inténtelo de nuevo en {minutes} minutos, o desde un navegador con el que ya haya iniciado sesión.' },
});
