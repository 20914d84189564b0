/** A hundred rows at a time on a screen; all of them on paper. */
import { options } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { words } from '../../words/attendance.ts';
import type { Row } from './rule.ts';

const PAGE = 100;

/** The rows of a page. While the page is printed, all. */
export function usePage(rows: readonly Row[], wanted: number): { page: number; count: number; seen: readonly Row[] } {
  const [isPaper, setPaper] = useState(false);
  useEffect(() => {
    // A browser prints what is there when the listener returns: painted at once, not in a moment.
    const at = (paper: boolean) => (): void => {
      const before = options.debounceRendering;
      options.debounceRendering = (paint) => paint();
      setPaper(paper);
      if (before) options.debounceRendering = before;
      else delete options.debounceRendering;
    };
    const [begin, end] = [at(true), at(false)];
    addEventListener('beforeprint', begin);
    addEventListener('afterprint', end);
    return () => {
      removeEventListener('beforeprint', begin);
      removeEventListener('afterprint', end);
    };
  }, []);
  const count = Math.max(1, Math.ceil(rows.length / PAGE));
  const page = Math.min(wanted, count);
  return { page, count, seen: isPaper ? rows : rows.slice((page - 1) * PAGE, page * PAGE) };
}

export function Pages({ page, count, all, go }: { page: number; count: number; all: number; go: (page: number) => void }) {
  if (count === 1) return null;
  return (
    <nav class="report-pages" aria-label={words.pages((page - 1) * PAGE + 1, Math.min(all, page * PAGE), all)}>
      <span class="soft">{words.pages((page - 1) * PAGE + 1, Math.min(all, page * PAGE), all)}</span>
      <button type="button" class="button" disabled={page === 1} onClick={() => go(page - 1)}>
        {words.previous}
      </button>
      <button type="button" class="button" disabled={page === count} onClick={() => go(page + 1)}>
        {words.next}
      </button>
    </nav>
  );
}
