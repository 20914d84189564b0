/** query-core for signals: what is asked for, kept, and asked for anew. */
import { type Signal, signal } from '@preact/signals';
import { QueryClient, QueryObserver, type QueryObserverResult } from '@tanstack/query-core';
import { useEffect, useMemo } from 'preact/hooks';
import { Failed } from './client.ts';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 300_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      // What the server refused it refuses again.
      retry: (count, error) => count < 2 && error instanceof Failed && (error.status === 0 || error.status >= 500),
    },
  },
});

export interface Asked<T> {
  readonly key: readonly unknown[];
  readonly ask: (signal: AbortSignal) => Promise<T>;
  /** Show what the last question came to until this one is answered. */
  readonly keep?: boolean;
  /** Ask anew whenever a screen begins to show it: the feed does not tell of it. */
  readonly fresh?: boolean;
  /** Who asks looks after failures, and asks again when the server said to. */
  readonly once?: boolean;
  /** Not yet: something else is asked first. */
  readonly later?: boolean;
}

/** What is known of a question, as a signal. */
export function useAsked<T>({ key, ask, keep = false, fresh = false, once = false, later = false }: Asked<T>): Signal<QueryObserverResult<T, Error>> {
  const options = {
    queryKey: key,
    queryFn: ({ signal: abort }: { signal: AbortSignal }) => ask(abort),
    ...(keep ? { placeholderData: (last: T | undefined) => last } : {}),
    ...(fresh ? { staleTime: 0 } : {}),
    ...(once ? { retry: false } : {}),
    enabled: !later,
  };
  const held = useMemo(() => {
    const observer = new QueryObserver<T, Error>(queries, options as never);
    return { observer, result: signal(observer.getCurrentResult()) };
  }, []);
  useEffect(() => held.observer.subscribe((result) => (held.result.value = result)), [held]);
  const text = JSON.stringify([key, later]);
  useEffect(() => {
    held.observer.setOptions(options as never);
    held.result.value = held.observer.getCurrentResult();
  }, [text]);
  return held.result;
}
