import { inEveryLanguage } from './languages.ts';

const en = {
  language: 'Language',
  totp_open: 'Open the app on this device',
  error_bug: 'Something went wrong here. Try again; if it stays, tell an administrator the reference {reference}.',
  error_unavailable: 'The service is not available at this moment. Try again in a few seconds.',
  error_too_large: 'What was sent is too large. Go back and send less.',
  error_address: 'The address could not be read. Check it, or begin at the start page.',
  error_not_permitted: 'You may not do this. Ask an administrator.',
} as const;

type Phrases = Readonly<Record<keyof typeof en, string>>;

const de: Phrases = {
  language: 'Sprache',
  totp_open: 'App auf diesem Gerät öffnen',
  error_bug: 'Hier ist etwas schiefgegangen. Versuchen Sie es noch einmal; bleibt es so, nennen Sie einem Administrator die Nummer {reference}.',
  error_unavailable: 'Der Dienst ist gerade nicht erreichbar. Versuchen Sie es in einigen Sekunden noch einmal.',
  error_too_large: 'Das Gesendete ist zu groß. Gehen Sie zurück und senden Sie weniger.',
  error_address: 'Die Adresse ist nicht lesbar. Prüfen Sie sie oder beginnen Sie auf der Startseite.',
  error_not_permitted: 'Das dürfen Sie nicht. Fragen Sie einen Administrator.',
};

const fr: Phrases = {
  language: 'Langue',
  totp_open: 'Ouvrir l’application sur cet appareil',
  error_bug: 'Un problème est survenu ici. Réessayez ; s’il persiste, donnez à un administrateur la référence {reference}.',
  error_unavailable: 'Le service n’est pas disponible en ce moment. Réessayez dans quelques secondes.',
  error_too_large: 'L’envoi est trop volumineux. Revenez en arrière et envoyez-en moins.',
  error_address: 'L’adresse est illisible. Vérifiez-la ou repartez de la page d’accueil.',
  error_not_permitted: 'Vous n’y êtes pas autorisé. Adressez-vous à un administrateur.',
};

const es: Phrases = {
  language: 'Idioma',
  totp_open: 'Abrir la aplicación en este dispositivo',
  error_bug: 'Algo ha fallado aquí. Inténtelo de nuevo; si continúa, dé a un administrador la referencia {reference}.',
  error_unavailable: 'El servicio no está disponible en este momento. Inténtelo de nuevo en unos segundos.',
  error_too_large: 'Lo enviado es demasiado grande. Vuelva y envíe menos.',
  error_address: 'No se puede leer la dirección. Compruébela o empiece en la página de inicio.',
  error_not_permitted: 'No tiene permiso para esto. Pregunte a un administrador.',
};

/** Around every page: the switch of languages, and what goes wrong anywhere. */
export const framePhrases = inEveryLanguage({ en, de, fr, es });
