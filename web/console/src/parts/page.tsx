/** What pages with a table have in common: a title in the tab, rows that are on their way, and steps through pages. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { mayChange } from '../rights.ts';
import { number } from '../time/format.ts';
import { words } from '../words/parts.ts';
import { Icon } from './icon.tsx';
import { Top } from './top.tsx';

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Sederunt`;
  }, [title]);
}

/** The line above a page with a table: what it is, and how many rows there are. */
export function Head({ title, n, live = false }: { title: string; n: number | undefined; live?: boolean }) {
  useTitle(title);
  return (
    <Top live={live}>
      <h1>
        {title} {n !== undefined && <span class="n">{number(n)}</span>}
      </h1>
    </Top>
  );
}

/** The one primary button of a page, for whoever may change something. */
export function New({ text, act }: { text: string; act: () => void }) {
  if (!mayChange.value) return null;
  return (
    <button type="button" class="button primary end" onClick={act}>
      <Icon name="plus" />
      {text}
    </button>
  );
}

/** Rows of the shape that is to come. */
export function Waiting({ rows = 4 }: { rows?: number }) {
  return (
    <div class="card waiting" role="status" aria-label={words.loading}>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} class="skeleton" />
      ))}
    </div>
  );
}

/** Nothing to show; `main`: the page has no other heading. */
export function Empty({ title, more = '', main = false, children }: { title: string; more?: string; main?: boolean; children?: ComponentChildren }) {
  return (
    <div class="card empty">
      {main ? <h1>{title}</h1> : <h2>{title}</h2>}
      {more && <p>{more}</p>}
      {children}
    </div>
  );
}

interface Steps {
  readonly page: number;
  readonly size: number;
  readonly total: number;
  readonly go: (page: number) => void;
}

/** Nothing when one page has all. */
export function Steps({ page, size, total, go }: Steps) {
  if (total <= size) return null;
  const last = Math.ceil(total / size);
  return (
    <nav class="foot" aria-label={words.pages}>
      <span>
        <b>{number((page - 1) * size + 1)}</b> {words.to} <b>{number(Math.min(total, page * size))}</b> {words.of} <b>{number(total)}</b>
      </span>
      <span class="steps">
        <button type="button" class="button" disabled={page <= 1} onClick={() => go(page - 1)}>
          {words.previous}
        </button>
        <button type="button" class="button" disabled={page >= last} onClick={() => go(page + 1)}>
          {words.next}
        </button>
      </span>
    </nav>
  );
}
