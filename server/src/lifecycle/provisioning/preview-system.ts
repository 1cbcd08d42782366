import { ConnectorError, type Outcome, type Reference } from '../../connectors/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { timeoutSignal } from '../../platform/jobs/index.ts';
import type { Links } from './links.ts';
import * as store from './store.ts';

/** For a connection in preview: asks the connector, as a dry run, what each waiting step would send. Nothing is written there. */
export async function previewSystem({ database, links }: { database: Database; links: Links }, applicationId: string, stopping: AbortSignal): Promise<void> {
  const connection = await database.read((tx) => store.findConnection(tx, applicationId));
  if (connection === null || connection.mode !== 'preview') return;
  const connector = links.connector(connection);
  for (;;) {
    const steps = await database.read((tx) => store.stepsToPreview(tx, applicationId));
    for (const step of steps) {
      if (stopping.aborted) return;
      const account = await database.read((tx) => store.accountOfStep(tx, step));
      const reference: Reference | null = account === null ? null : { type: 'account', id: account.nativeId };
      const context = links.context(connection, { operationId: step.operationId, isDryRun: true, signal: AbortSignal.any([stopping, timeoutSignal(15_000)]) });
      let outcome: Outcome | null | undefined;
      try {
        const { wanted } = step;
        if (wanted.is === 'account') outcome = await connector.create?.(context, { login: wanted.login, email: wanted.email, ...(wanted.givenName === undefined ? {} : { givenName: wanted.givenName }), ...(wanted.familyName === undefined ? {} : { familyName: wanted.familyName }), attributes: wanted.attributes });
        else if (reference === null) outcome = null;
        else if (wanted.is === 'granted') outcome = await connector.grant?.(context, wanted.entitlement, reference);
        else if (wanted.is === 'not_granted') outcome = await connector.revoke?.(context, wanted.entitlement, reference);
        else if (wanted.is === 'attributes') outcome = await connector.update?.(context, reference, wanted.patch);
        else if (wanted.is === 'sessions_ended') outcome = await connector.revokeSessions?.(context, reference);
        else outcome = await connector.setEnabled?.(context, reference, wanted.is === 'enabled');
      } catch (fault) {
        if (!(fault instanceof ConnectorError)) throw fault;
        // Away for now: the plan in words stands anyway, and the next reading tries again.
        if (fault.isRetryable) return;
      }
      const words = outcome?.status === 'already' ? 'nothing: it is so already' : outcome?.status === 'action_required' ? 'a task for a human' : 'not known before the steps before it have run';
      await database.transaction((tx) => store.savePreview(tx, step.id, outcome?.plan ?? { method: '', target: words, difference: {} }));
    }
    if (steps.length < 50) return;
  }
}
