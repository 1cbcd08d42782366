import type { Words } from '../index.ts';
import { count } from './plural.ts';

export const push: Words['push'] = {
  title: 'Approbation sur téléphone',
  lead: 'Votre téléphone montre qui se connecte, et vous y tapez six chiffres. Cette approbation est vulnérable à l’hameçonnage : une clé d’accès vaut mieux.',
  telephones: (n: number) => (n === 0 ? 'Non' : count(n, 'téléphone', 'téléphones')),
  telephonesOff: (n: number) => count(n, 'téléphone, désactivé', 'téléphones, désactivés'),
  pair: 'Associer un téléphone',
  none: 'Aucun téléphone associé.',
  many: (n: number) => `Vous pouvez associer au plus ${count(n, 'téléphone', 'téléphones')}. Retirez-en d’abord un.`,
  scan: 'Scannez ceci avec le téléphone, ou ouvrez-y le lien. Il sert une fois, pendant dix minutes.',
  byHand: 'Ou ouvrez ce lien sur le téléphone',
  waits: 'En attente du téléphone',
  paired: (name: string) => `${name} est associé.`,
  over: 'Les dix minutes sont écoulées. Créez un nouveau lien.',
  newLink: 'Nouveau lien',
  hasMessages: 'reçoit des messages',
  noMessages: 'ouvre la page à la main',
  isOff: 'désactivé',
  offTitle: 'Désactivée : trois demandes de suite ont été refusées ou laissées sans réponse.',
  offText: 'Si elles ne venaient pas de vous, quelqu’un connaît votre mot de passe : changez-le d’abord. Puis réactivez l’approbation.',
  locked: 'Désactivée après 100 essais erronés. Associez à nouveau un téléphone.',
  switchOn: 'Réactiver',
  switchOnEffect: 'Vos téléphones sont à nouveau interrogés quand quelqu’un se connecte avec votre mot de passe.',
  switchedOn: 'L’approbation sur téléphone est réactivée.',
  removeEffect: (name: string) => `${name} n’est plus interrogé quand vous vous connectez. Vous pourrez l’associer à nouveau.`,
};
