import type { Words } from '../index.ts';
import { access } from './access.ts';
import { applications } from './applications.ts';
import { audit } from './audit.ts';
import { certificate } from './certificate.ts';
import { enrolment } from './enrolment.ts';
import { face } from './face.ts';
import { breakGlass } from './break-glass.ts';
import { hrFeed } from './hr-feed.ts';
import { inventory } from './inventory.ts';
import { movements } from './movements.ts';
import { passkeys } from './passkeys.ts';
import { people } from './people.ts';
import { portal } from './portal.ts';
import { push } from './push.ts';
import { recovery } from './recovery.ts';
import { roles } from './roles.ts';
import { sessions } from './sessions.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { today } from './today.ts';
import { ui } from './ui.ts';

export const de: Words = {
  access,
  applications,
  audit,
  breakGlass,
  certificate,
  enrolment,
  face,
  hrFeed,
  inventory,
  movements,
  passkeys,
  people,
  portal,
  push,
  recovery,
  roles,
  sessions,
  settings,
  shell,
  today,
  ui,
};
