/** What is told of an index that is being made. Pure. */

/** An answer that is none yet. */
interface Later extends Error {
  readonly status: number;
  /** Seconds until it is to be asked for again; 0 when that was not said. */
  readonly retryAfter: number;
}

/** It stays in sight while it is asked for again: until there is an answer, or another failure. */
export function whatComes<T extends Later>(before: T | undefined, error: Error | null, isAnswered: boolean): T | undefined {
  if (!error) return isAnswered ? undefined : before;
  const { status, retryAfter } = error as Partial<T>;
  return status === 503 && Number(retryAfter) > 0 ? (error as T) : undefined;
}
