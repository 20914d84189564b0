/** Previous and next. */
import { words } from '../../words/people.ts';
import { PER_PAGE } from './told.ts';

interface Props {
  readonly page: number;
  readonly total: number;
  readonly go: (page: number) => void;
}

export function Pager({ page, total, go }: Props) {
  if (total <= PER_PAGE && page === 1) return null;
  const last = Math.max(1, Math.ceil(total / PER_PAGE));
  return (
    <nav class="pager" aria-label={words.pages}>
      <button type="button" class="button" disabled={page <= 1} onClick={() => go(page - 1)}>
        {words.previous}
      </button>
      <span class="soft" aria-live="polite">
        {words.page(Math.min(total, (page - 1) * PER_PAGE + 1), Math.min(total, page * PER_PAGE), total)}
      </span>
      <button type="button" class="button" disabled={page >= last} onClick={() => go(page + 1)}>
        {words.next}
      </button>
    </nav>
  );
}
