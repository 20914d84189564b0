/** What is asked of people, and what to do while their index is made. */
import { useEffect } from 'preact/hooks';
import { Failed } from '../../api/client.ts';

export const PER_PAGE = 25;

/** The index is being made: asks again by itself when the server said to. */
export function useComing(error: Error | null, again: () => void): boolean {
  const isComing = error instanceof Failed && error.status === 503 && error.retryAfter > 0;
  useEffect(() => {
    if (!isComing) return undefined;
    const timer = setTimeout(again, (error as Failed).retryAfter * 1000);
    return () => clearTimeout(timer);
  }, [error]);
  return isComing;
}
