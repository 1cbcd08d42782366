import { inEveryLanguage } from './languages.ts';

const en = {
  enrolment_offer_counted: 'Until {day} this can wait; you can put it off {left} more times.',
  enrolment_offer_last: 'Until {day} this can wait; you can put it off once more.',
  enrolment_offer: 'This can wait for now.',
  enrolment_later: 'Later',
  enrolment_must: '{organisation} asks for this at every sign-in now.',
  enrolment_must_key: '{organisation} asks for an approved security key at every sign-in now.',
  enrolment_help_link: 'I cannot do this here',
  enrolment_help_title: 'You cannot do this here?',
  enrolment_help_device: 'A passkey can live on this computer, on a telephone, or on a security key that you plug in. If a telephone is at hand, choose it when the browser asks where to keep the passkey.',
  enrolment_help_desk: 'If you have none of these, ask your manager or the help desk. They can give you more time, or an access pass for another device.',
  enrolment_help_ask: 'Tell the help desk that I am stuck',
  enrolment_help_noted: 'The administrators see that you are stuck. Call your manager or the help desk as well: they can give you more time.',
  enrolment_help_back: 'Back to setting up',
} as const;

type Phrases = Readonly<Record<keyof typeof en, string>>;

const de: Phrases = {
  enrolment_offer_counted: 'Bis zum {day} kann das warten; Sie können es noch {left}-mal verschieben.',
  enrolment_offer_last: 'Bis zum {day} kann das warten; Sie können es noch einmal verschieben.',
  enrolment_offer: 'Das kann vorerst warten.',
  enrolment_later: 'Später',
  enrolment_must: '{organisation} verlangt dies jetzt bei jeder Anmeldung.',
  enrolment_must_key: '{organisation} verlangt jetzt bei jeder Anmeldung einen zugelassenen Sicherheitsschlüssel.',
  enrolment_help_link: 'Ich kann das hier nicht',
  enrolment_help_title: 'Sie können das hier nicht?',
  enrolment_help_device: 'Ein Passkey kann auf diesem Computer liegen, auf einem Telefon oder auf einem Sicherheitsschlüssel zum Einstecken. Haben Sie ein Telefon zur Hand, wählen Sie es, wenn der Browser fragt, wo der Passkey gespeichert werden soll.',
  enrolment_help_desk: 'Haben Sie nichts davon, fragen Sie Ihre Führungskraft oder den Helpdesk. Dort bekommen Sie mehr Zeit oder einen Zugangspass für ein anderes Gerät.',
  enrolment_help_ask: 'Dem Helpdesk melden, dass ich nicht weiterkomme',
  enrolment_help_noted: 'Die Administratoren sehen, dass Sie nicht weiterkommen. Rufen Sie auch Ihre Führungskraft oder den Helpdesk an: Dort bekommen Sie mehr Zeit.',
  enrolment_help_back: 'Zurück zum Einrichten',
};

const fr: Phrases = {
  enrolment_offer_counted: 'Cela peut attendre jusqu’au {day} ; vous pouvez encore remettre {left} fois.',
  enrolment_offer_last: 'Cela peut attendre jusqu’au {day} ; vous pouvez remettre une dernière fois.',
  enrolment_offer: 'Cela peut attendre pour le moment.',
  enrolment_later: 'Plus tard',
  enrolment_must: '{organisation} le demande désormais à chaque connexion.',
  enrolment_must_key: '{organisation} demande désormais une clé de sécurité agréée à chaque connexion.',
  enrolment_help_link: 'Je ne peux pas le faire ici',
  enrolment_help_title: 'Vous ne pouvez pas le faire ici ?',
  enrolment_help_device: 'Une clé d’accès peut se trouver sur cet ordinateur, sur un téléphone ou sur une clé de sécurité à brancher. Si vous avez un téléphone à portée de main, choisissez-le lorsque le navigateur demande où conserver la clé.',
  enrolment_help_desk: 'Si vous n’avez rien de tout cela, adressez-vous à votre responsable ou à l’assistance. On peut vous accorder un délai, ou un laissez-passer pour un autre appareil.',
  enrolment_help_ask: 'Signaler à l’assistance que je suis bloqué',
  enrolment_help_noted: 'Les administrateurs voient que vous êtes bloqué. Appelez aussi votre responsable ou l’assistance : on peut vous accorder un délai.',
  enrolment_help_back: 'Revenir à la configuration',
};

const es: Phrases = {
  enrolment_offer_counted: 'Puede esperar hasta el {day}; puede aplazarlo {left} veces más.',
  enrolment_offer_last: 'Puede esperar hasta el {day}; puede aplazarlo una vez más.',
  enrolment_offer: 'De momento puede esperar.',
  enrolment_later: 'Más tarde',
  enrolment_must: '{organisation} lo pide ahora en cada inicio de sesión.',
  enrolment_must_key: '{organisation} pide ahora una llave de seguridad autorizada en cada inicio de sesión.',
  enrolment_help_link: 'No puedo hacerlo aquí',
  enrolment_help_title: '¿No puede hacerlo aquí?',
  enrolment_help_device: 'Una llave de acceso puede estar en este ordenador, en un teléfono o en una llave de seguridad que se conecta. Si tiene un teléfono a mano, elíjalo cuando el navegador pregunte dónde guardarla.',
  enrolment_help_desk: 'Si no tiene nada de esto, diríjase a su responsable o al servicio de asistencia. Pueden darle más tiempo, o un pase de acceso para otro dispositivo.',
  enrolment_help_ask: 'Avisar al servicio de asistencia de que no puedo seguir',
  enrolment_help_noted: 'Los administradores ven que no puede seguir. Llame también a su responsable o al servicio de asistencia: pueden darle más tiempo.',
  enrolment_help_back: 'Volver a la configuración',
};

/** What sign-in rules for groups of people say on the way in. */
export const enrolmentPhrases = inEveryLanguage({ en, de, fr, es });
