import type * as contract from '@bailiwick/contract/push';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';

export type MyPush = contract.MyPush;
export type PushDevice = MyPush['devices'][number];
export type PairingStarted = z.output<typeof contract.pushPairingStarted>;

export const myPushQuery = queryOptions({ queryKey: ['me', 'push'], queryFn: ({ signal }) => api.get<MyPush>('/me/push', { signal }) });
export const startPairing = () => api.post<PairingStarted>('/me/push/pairing');
export const switchPushOn = () => api.post('/me/push/switch-on');
