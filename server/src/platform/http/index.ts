export type { ActorId, Permit, Scope } from './permit.ts';
export { openGate, type Decider, type Decision, type Gate, type Principal, type RecordRefusal, type RequestFacts } from './gate.ts';
export { route, file, page, redirect, stream, type AnyRoute, type Answer, type Context, type CookieChange, type RouteRefusal } from './route.ts';
export { openHttp, type Http, type Module, type SessionReader } from './server.ts';
export { networkOf, openRateLimits, type RateLimits } from './rate-limit.ts';
export { describeApi } from './openapi.ts';
export type { PageFrame } from './page-frame.ts';
export { languagesOf } from './languages.ts';
export { certificateOf, type PresentedCertificate } from './client-certificate.ts';
