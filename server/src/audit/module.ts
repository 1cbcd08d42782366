import type { Module } from '../platform/http/index.ts';
import { auditRoutes, type Needs } from './entry/routes.ts';
import { permissions } from './permissions.ts';

export const auditModule = (needs: Needs): Module => ({ domain: 'audit', permissions, routes: auditRoutes(needs) });
