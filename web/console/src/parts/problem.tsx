/** What failed, in words, and what to do. */
import { Failed } from '../api/client.ts';
import { words } from '../words/frame.ts';

export function Problem({ error, again }: { error: Error; again: () => void }) {
  const request = error instanceof Failed && error.request ? ` ${words.request(error.request)}` : '';
  return (
    <div class="notice bad" role="alert">
      <span>
        {error.message}.{request}
      </span>
      <button type="button" class="button" onClick={again}>
        {words.again}
      </button>
    </div>
  );
}
