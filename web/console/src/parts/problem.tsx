/** What failed, in words, and what to do. */
import { Failed } from '../api/client.ts';

export function Problem({ error, again }: { error: Error; again: () => void }) {
  const request = error instanceof Failed && error.request ? ` Request ${error.request}.` : '';
  return (
    <div class="notice bad" role="alert">
      <span>
        {error.message}.{request}
      </span>
      <button type="button" class="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}
