/** What is asked of people, and what to do while their index is made. */
import { useEffect, useRef } from 'preact/hooks';
import type { Failed } from '../../api/client.ts';
import { whatComes } from './coming.ts';

export const PER_PAGE = 25;

/** The index is being made, as told last: asks again by itself when the server said to. `data`: what was answered. */
export function useComing(error: Error | null, data: unknown, again: () => void): Failed | undefined {
  const last = useRef<Failed | undefined>(undefined);
  last.current = whatComes(last.current, error, data !== undefined);
  useEffect(() => {
    if (!error || !last.current) return undefined;
    const timer = setTimeout(again, last.current.retryAfter * 1000);
    return () => clearTimeout(timer);
  }, [error]);
  return last.current;
}
