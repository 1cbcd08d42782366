export { permissions } from './permissions.ts';
export { reportsModule } from './module.ts';
