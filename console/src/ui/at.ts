/** Where each page is. Every link is made here, so that moving a page is one line. */
const search = (values: Readonly<Record<string, string | undefined>>): string => {
  const text = new URLSearchParams(Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : []))).toString();
  return text ? `?${text}` : '';
};

export const at = {
  today: '/admin',
  people: '/admin/people',
  person: (id: string, tab?: string) => `/admin/people/${id}${search({ tab })}`,
  movements: '/admin/movements',
  movementsOf: (values: { kind?: string; state?: string; person?: string }) => `/admin/movements${search(values)}`,
  movement: (id: string) => `/admin/movements/${id}`,
  inventory: '/admin/inventory',
  accounts: (values: { application?: string; situation?: string }) => `/admin/inventory${search(values)}`,
  applications: '/admin/applications',
  connect: '/admin/applications/connect',
  application: (id: string, tab?: string) => `/admin/applications/${id}${search({ tab })}`,
  roles: '/admin/roles',
  role: (id: string) => `/admin/roles/${id}`,
  enrolment: '/admin/enrolment',
  enrolmentPolicy: (id: string) => `/admin/enrolment/${id}`,
  enrolmentEditor: (id: string) => `/admin/enrolment/${id}/change`,
  recovery: (tab?: string) => `/admin/recovery${search({ tab })}`,
  recoveryDrill: (id: string) => `/admin/recovery/drills/${id}`,
  hrFeed: '/admin/hr-feed',
  hrImport: (id: string, tab?: string) => `/admin/hr-feed/${id}${search({ tab })}`,
  audit: '/admin/audit',
  auditOf: (values: { target?: string; actor?: string; action?: string; search?: string }) => `/admin/audit${search(values)}`,
  breakGlass: '/admin/break-glass',
  settings: (tab?: string) => `/admin/settings${search({ tab })}`,
  portal: '/',
  myAccess: '/access',
  mySecurity: '/security',
  mySessions: '/sessions',
  myTeam: '/team',
} as const;
