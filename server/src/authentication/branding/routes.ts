import * as contract from '@bailiwick/contract/branding';
import { z } from 'zod';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { removeLogo, setBrandColour, setLogo } from './change-branding.ts';
import type { Hex } from './colour.ts';
import type { Faces } from './face.ts';
import { mostLogoBytes } from './logo.ts';
import { presentBranding, presentLook, readBranding } from './read-branding.ts';
import { lookOf } from './shades.ts';

export function brandingRoutes(needs: Pick<Needs, 'clock' | 'database' | 'config'> & { readonly faces: Faces }): readonly AnyRoute[] {
  const { organisation } = needs.config;
  const shown = async (branding: Parameters<typeof presentBranding>[0]) => {
    await needs.faces.refresh();
    return presentBranding(branding, organisation);
  };
  const change = 'authentication.branding.change' as const;
  return [
    route({ method: 'GET', path: '/api/v1/branding', permission: 'authentication.branding.read', summary: 'The look of the sign-in pages', output: contract.branding, run: () => readBranding(needs) }),
    route({
      method: 'GET',
      path: '/api/v1/branding/shades',
      permission: 'authentication.branding.read',
      summary: 'The shades that a colour would give, and how well they can be read',
      query: z.strictObject({ colour: contract.brandColour }),
      output: contract.shadesOfColour,
      run: async ({ query }) => presentLook(lookOf(query.colour as Hex)),
    }),
    route({ method: 'PUT', path: '/api/v1/branding', permission: change, summary: 'Choose the colour of the sign-in pages; needs a fresh sign-in', body: contract.setBranding, output: contract.branding, run: async ({ permit, body }) => shown(await setBrandColour(needs, permit, body.colour as Hex | null)) }),
    route({
      method: 'PUT',
      path: '/api/v1/branding/logo',
      permission: change,
      summary: 'Upload the logo: SVG of plain shapes, or PNG, 64 KB at most; needs a fresh sign-in',
      accepts: 'bytes',
      bodyLimit: mostLogoBytes + 1,
      output: contract.branding,
      refusals: [refuse.logo_not_accepted],
      run: async ({ permit, body }) => shown(await setLogo(needs, permit, (body as unknown as Buffer | undefined) ?? Buffer.alloc(0))),
    }),
    route({ method: 'DELETE', path: '/api/v1/branding/logo', permission: change, summary: 'Show the name in place of the logo; needs a fresh sign-in', output: contract.branding, run: async ({ permit }) => shown(await removeLogo(needs, permit)) }),
  ];
}
