/** How a webhook does, asked for now and then: it is not in the feed. */
import { useEffect } from 'preact/hooks';
import { useAsked } from '../../api/query.ts';
import type { Receiver } from './receiver.ts';

/** As often as somebody who waits for it would look. */
const EVERY_MS = 5_000;

export function useStatus(of: Receiver) {
  const found = useAsked({ fresh: true, key: ['webhook-status', of.key], ask: of.status });
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
