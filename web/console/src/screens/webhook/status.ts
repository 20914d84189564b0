/** How a webhook does, asked for now and then: it is not in the feed. */
import { useEffect } from 'preact/hooks';
import { own, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import { here } from '../../rights.ts';

/** As often as somebody who waits for it would look. */
const EVERY_MS = 5_000;

export function useStatus(id: string) {
  const app_id = here().app_id;
  const path = { app_id, webhook_id: id };
  const found = useAsked({ fresh: true, key: ['webhook-status', app_id, id], ask: (signal) => take(own.GET('/apps/{app_id}/webhooks/{webhook_id}/status', { params: { path }, signal })) });
  useEvery(EVERY_MS, () => void found.value.refetch());
  return found;
}

/** Again and again while somebody looks at the page. */
export function useEvery(ms: number, act: () => void): void {
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && act(), ms);
    return () => clearInterval(timer);
  }, []);
}
