/** The list as pages of a hundred, each a plain table: for whoever reads it with a screen reader, or prints it. */
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { liveClock, state } from '../feed/hub.ts';
import { Icon } from '../parts/icon.tsx';
import { zone } from '../time/zone.ts';
import { words } from '../words/sessions.ts';
import { PAGE } from './pages.ts';
import { type Props, isAtWork } from './table.tsx';

export function Paged({ pages, total, columns, filters, sort, at, handle, seen }: Omit<Props, 'open'>) {
  const [page, setPage] = useState(Math.floor(at / PAGE));
  const own = useState<{ element: HTMLElement | null }>({ element: null })[0];
  const [first, end] = [page * PAGE, Math.min(total, (page + 1) * PAGE)];
  useLayoutEffect(() => handle({ go: (row) => setPage(Math.floor(row / PAGE)), top: () => first, isBusy: () => isAtWork(own.element) }), [first]);
  useEffect(() => pages.want(first, Math.max(end, first + 1)), [pages, page]);
  useEffect(() => seen(first, Math.max(first, end - 1)), [first, end]);
  // Redrawn when an answer comes, and once a second.
  void pages.news.value;
  const now = liveClock.value;
  const failed = pages.row(first);
  const [by, order] = [filters.sort_by ?? 'createdAt', filters.sort_order ?? 'DESC'];
  const rows = [];
  for (let index = first; index < end; index += 1) {
    const row = pages.row(index);
    if (!row || row instanceof Error) continue;
    const newer = state.value.sessions.get(row.id)?.numbers;
    rows.push(
      <tr key={row.id} data-id={row.id}>
        {columns.map((column) => (
          <td key={column.name} class={column.isNumber ? 'num' : ''}>
            {column.cell({ session: row, newer, zone: zone.value, now, isPlain: true })}
          </td>
        ))}
      </tr>,
    );
  }
  return (
    <div class="paged" ref={(element) => void (own.element = element)}>
      <div class="paged-rows" tabIndex={0} role="group" aria-label={words.title}>
        <table class="plain">
          <caption class="sr">{words.pageOf(first + 1, end, total)}</caption>
          <thead>
            <tr>
              {columns.map(({ name, head, isNumber, isTime, sort: key }) => {
                const sorted = key === by ? (order === 'ASC' ? 'ascending' : 'descending') : undefined;
                const text = (
                  <>
                    {head} {isTime && <span class="zone">{zone.value}</span>}
                  </>
                );
                return (
                  <th key={name} scope="col" class={isNumber ? 'num' : ''} aria-sort={key ? (sorted ?? 'none') : undefined}>
                    {key ? (
                      <button type="button" class="button quiet" onClick={() => sort(key)}>
                        {text}
                        <Icon name={sorted === 'ascending' ? 'asc' : sorted ? 'desc' : 'updown'} />
                      </button>
                    ) : (
                      text
                    )}
                    {!head && <span class="sr">{words.menu}</span>}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>{rows}</tbody>
        </table>
        {failed instanceof Error && (
          <p class="notice bad" role="alert">
            {words.pageFailed(first + 1, end)}.{' '}
            <button type="button" class="button" onClick={() => pages.again()}>
              {words.again}
            </button>
          </p>
        )}
      </div>
      <nav class="paged-foot" aria-label={words.pages}>
        <button type="button" class="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
          {words.previous}
        </button>
        <span role="status">{words.pageOf(first + 1, end, total)}</span>
        <button type="button" class="button" disabled={end >= total} onClick={() => setPage(page + 1)}>
          {words.next}
        </button>
      </nav>
    </div>
  );
}
