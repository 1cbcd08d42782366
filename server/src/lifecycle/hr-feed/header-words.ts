import type { HrAttribute } from '@bailiwick/contract/hr-feed';

/** Case, accents and punctuation do not count: `Pers.-Nr.` and `PERS NR` are one. */
export const fold = (text: string): string =>
  text
    .slice(0, 300)
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** English, German, French, Spanish, as HR systems really write them. A `Map`, so that no header can name a property of an object. */
const words: readonly (readonly [HrAttribute, string])[] = [
  ['employeeNumber', 'employee id|employee number|employee no|employee nr|employee code|emp id|emp no|emp nr|empl id|emplid|employee|personnel number|personnel no|person number|person id|staff id|staff number|staff no|worker id|payroll number|payroll id|hr id|badge number|pers nr|persnr|pers no|personalnummer|personal nr|personal nummer|personal id|mitarbeiternummer|mitarbeiter nr|mitarbeiter id|ma nr|stammnummer|matricule|numero matricule|no matricule|num matricule|numero employe|no employe|id employe|identifiant employe|numero de empleado|num empleado|no empleado|n empleado|id empleado|codigo empleado|codigo de empleado|legajo|matricula'],
  ['givenName', 'first name|firstname|given name|forename|legal first name|vorname|rufname|prenom|nombre|nombre de pila|primer nombre'],
  ['familyName', 'last name|lastname|family name|surname|legal last name|nachname|familienname|zuname|nom|nom de famille|nom usuel|apellido|apellidos|primer apellido'],
  ['fullName', 'name|full name|employee name|worker name|display name|vollstandiger name|name vorname|nachname vorname|mitarbeiter|mitarbeitername|nom prenom|nom et prenom|nom complet|nombre completo|nombre y apellidos|apellidos y nombre|apellidos nombre|empleado'],
  ['workEmail', 'work email|work e mail|email|e mail|mail|email address|e mail address|email work|business email|business e mail|company email|corporate email|primary email|office email|e mail adresse|email adresse|mailadresse|dienstliche e mail|e mail dienstlich|e mail geschaftlich|geschaftliche e mail|courriel|adresse e mail|adresse email|adresse mail|email professionnel|e mail professionnel|courriel professionnel|mail professionnel|correo|correo electronico|email corporativo|correo corporativo|correo de trabajo'],
  ['privateEmail', 'private email|private e mail|personal email|personal e mail|home email|e mail privat|private e mail adresse|email privat|courriel personnel|email personnel|e mail personnel|correo personal|email personal'],
  ['title', 'job title|title|position|position title|job|role|business title|funktion|stelle|stellenbezeichnung|position bezeichnung|berufsbezeichnung|tatigkeit|poste|intitule du poste|fonction|emploi|puesto|cargo|titulo del puesto|puesto de trabajo'],
  ['department', 'department|dept|department name|team|org unit|organisational unit|organizational unit|abteilung|abt|organisationseinheit|orgeinheit|departement|service|departamento|area|depto'],
  ['division', 'division|business unit|group|sector|segment|bereich|geschaftsbereich|sparte|ressort|direction|pole|branche|division empresarial|unidad de negocio'],
  ['location', 'location|site|office|work location|office location|city|standort|arbeitsort|niederlassung|buro|ort|lieu|lieu de travail|site de travail|ville|bureau|ubicacion|sede|centro de trabajo|oficina|lugar de trabajo|ciudad'],
  ['employmentType', 'employment type|employee type|worker type|contract type|type|employee class|employment status type|employment category|art|beschaftigungsart|anstellungsart|mitarbeiterart|mitarbeitertyp|vertragsart|mitarbeiterkreis|type de contrat|type contrat|type d emploi|contrat|tipo de contrato|tipo contrato|tipo de empleado|tipo de empleo'],
  ['manager', 'manager id|manager|manager number|manager no|manager employee id|manager employee number|supervisor|supervisor id|reports to|reports to id|line manager|line manager id|direct manager|vorgesetzter|vorgesetzte|vorgesetzter nr|vorgesetzter personalnummer|vorgesetzten nr|fuhrungskraft|fuhrungskraft nr|fuhrungskraft id|leiter|manager matricule|matricule manager|matricule responsable|responsable|superieur|superieur hierarchique|responsable hierarchique|n 1|jefe|id jefe|supervisor directo|jefe directo|id de supervisor|id responsable'],
  ['startDate', 'hire date|start date|date of hire|date hired|entry date|joining date|join date|start|first day|employment start|contract start|original hire date|eintritt|eintrittsdatum|einstellungsdatum|beginn|beginn datum|startdatum|date d embauche|date embauche|date d entree|date entree|date de debut|date debut|embauche|fecha de alta|fecha alta|fecha de ingreso|fecha ingreso|fecha de inicio|fecha inicio|fecha de contratacion|alta|ingreso'],
  ['endDate', 'termination date|end date|leaving date|leave date|last day|last working day|date of leaving|exit date|contract end|contract end date|employment end|termination|austritt|austrittsdatum|ende|enddatum|vertragsende|befristet bis|letzter arbeitstag|date de sortie|date sortie|date de depart|date depart|date de fin|date fin|fin de contrat|sortie|fecha de baja|fecha baja|fecha de fin|fecha fin|fecha de salida|fecha salida|fecha de egreso|baja|egreso'],
];

const squash = (folded: string): string => folded.replaceAll(' ', '');

const exact = new Map<string, HrAttribute>(words.flatMap(([attribute, list]) => list.split('|').map((word) => [squash(word), attribute] as const)));

/** Long words first, so that `original hire date (local)` is found by `original hire date`. */
const parts = [...exact].filter(([word]) => word.length >= 5).sort((a, b) => b[0].length - a[0].length);

export interface HeaderMeaning {
  readonly attribute: HrAttribute;
  readonly confidence: 'certain' | 'likely';
  readonly reason: string;
}

/** What a header means by its name, or null. */
export function meaningOf(header: string): HeaderMeaning | null {
  const squashed = squash(fold(header));
  if (squashed === '') return null;
  const attribute = exact.get(squashed);
  if (attribute) return { attribute, confidence: 'certain', reason: `\`${header.trim()}\` is a known name for it` };
  if (squashed.length > 60) return null;
  const part = parts.find(([word]) => squashed.includes(word));
  return part ? { attribute: part[1], confidence: 'likely', reason: `its name contains \`${part[0]}\`` } : null;
}

/** How many cells of a row are names we know: tells the header from a title line above it. */
export const countKnown = (cells: readonly string[]): number => cells.slice(0, 500).filter((cell) => cell.length <= 80 && exact.has(squash(fold(cell)))).length;
