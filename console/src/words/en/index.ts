import { access } from './access.ts';
import { applications } from './applications.ts';
import { audit } from './audit.ts';
import { hrFeed } from './hr-feed.ts';
import { inventory } from './inventory.ts';
import { movements } from './movements.ts';
import { people } from './people.ts';
import { portal } from './portal.ts';
import { recovery } from './recovery.ts';
import { roles } from './roles.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { today } from './today.ts';
import { ui } from './ui.ts';

export const en = { access, applications, audit, hrFeed, inventory, movements, people, portal, recovery, roles, settings, shell, today, ui };
