import './nonce.ts';
import './layers.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './global.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { Problem } from './api/client.ts';
import { styleNonce } from './nonce.ts';
import { makeRouter } from './routes.tsx';
import { makeTheme } from './theme.ts';
import { returnFocusAfterDialogs } from './ui/focus-return.ts';
import { chooseWords } from './words/index.ts';

const Notifications = lazy(async () => ({ default: (await import('@mantine/notifications')).Notifications }));

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // A refusal stays a refusal; only an absent server is asked again.
      retry: (failures, error) => failures < 3 && (!(error instanceof Problem) || error.status === 0 || error.status === 503),
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
});

await chooseWords(document.documentElement.lang);
const router = makeRouter(queries);
returnFocusAfterDialogs();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={makeTheme()} defaultColorScheme="auto" getStyleNonce={() => styleNonce}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Suspense fallback={null}>
          <Notifications position="bottom-right" limit={4} />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
