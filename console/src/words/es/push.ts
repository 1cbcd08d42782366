import type { Words } from '../index.ts';
import { count } from './plural.ts';

export const push: Words['push'] = {
  title: 'Aprobación en el teléfono',
  lead: 'Su teléfono muestra quién inicia sesión, y allí escribe seis cifras. Es vulnerable al phishing: mejor una llave de acceso.',
  telephones: (n) => (n === 0 ? 'No' : count(n, 'teléfono', 'teléfonos')),
  telephonesOff: (n) => count(n, 'teléfono, desactivado', 'teléfonos, desactivados'),
  pair: 'Vincular un teléfono',
  none: 'Ningún teléfono vinculado.',
  many: (n) => `No se pueden vincular más de ${n} teléfonos. Quite primero uno.`,
  scan: 'Escanee esto con el teléfono, o abra en él el enlace. Sirve una vez, durante diez minutos.',
  byHand: 'O abra este enlace en el teléfono',
  waits: 'Esperando al teléfono',
  paired: (name) => `${name} está vinculado.`,
  over: 'Han pasado los diez minutos. Cree un enlace nuevo.',
  newLink: 'Enlace nuevo',
  hasMessages: 'recibe mensajes',
  noMessages: 'abre la página a mano',
  isOff: 'desactivado',
  offTitle: 'Desactivada: tres preguntas seguidas se rechazaron o quedaron sin respuesta.',
  offText: 'Si no las causó usted, alguien conoce su contraseña: cámbiela primero. Después actívela de nuevo.',
  locked: 'Desactivada tras 100 intentos erróneos. Vincule de nuevo un teléfono.',
  switchOn: 'Activar de nuevo',
  switchOnEffect: 'Se vuelve a preguntar a sus teléfonos cuando alguien inicia sesión con su contraseña.',
  switchedOn: 'La aprobación en el teléfono vuelve a estar activa.',
  removeEffect: (name) => `Ya no se pregunta a ${name} cuando inicia sesión. Puede vincularlo otra vez.`,
};
