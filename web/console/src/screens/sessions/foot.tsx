/** Where in the list one is, and jumps to a row and to a day. */
import { kit, take } from '../../api/client.ts';
import type { Session } from '../../list/columns.tsx';
import type { Pages } from '../../list/pages.ts';
import { type Filters, query } from '../../list/url.ts';
import { longDate, number, time } from '../../time/format.ts';
import { Sum } from './sum.tsx';
import { instantOf } from '../../time/ranges.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/sessions.ts';

interface Props {
  readonly total: number;
  readonly seen: { first: number; last: number };
  readonly pages: Pages<Session>;
  readonly asOf: number;
  readonly go: (row: number) => void;
  readonly paged: boolean;
  /** Pages instead of one list, or back. */
  readonly page: () => void;
  /** Days can be jumped to while the newest come first. */
  readonly date: { account: string; app: string; filters: Filters } | undefined;
  /** What the sessions came to can be asked when nothing but whole days filters them. */
  readonly sum: { app: string; from: string; to: string; asOf: number } | undefined;
}

export function Foot({ total, seen, pages, asOf, go, paged, page, date, sum }: Props) {
  void pages.news.value;
  const row = pages.row(seen.first);
  const day = row && !(row instanceof Error) ? longDate(Date.parse(row.started_at), zone.value) : '';
  const toDay = async (text: string): Promise<void> => {
    if (!date || !text) return;
    const [year, month, date_] = text.split('-').map(Number);
    const end = instantOf(zone.value, year ?? 1970, month ?? 1, (date_ ?? 1) + 1) - 1;
    const { filters, account, app } = date;
    const { end_time } = filters;
    if (end_time && Date.parse(end_time) <= end) return go(0);
    // Sessions until then come after the row that is looked for.
    const asked = { ...query(filters), end_time: new Date(end).toISOString(), per_page: 1 };
    const answer = await take(
      kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/sessions', {
        params: { path: { account_id: account, app_id: app }, query: asked as never },
      }),
    );
    go(Math.max(0, total - answer.paging.total_count));
  };
  return (
    <footer class="foot">
      <span>
        {words.rows} <b>{number(Math.min(seen.first + 1, total))}</b> {words.rowsTo} <b>{number(Math.min(seen.last + 1, total))}</b> {words.rowsOf} {number(total)}
      </span>
      <span>{day}</span>
      {sum && <Sum {...sum} />}
      <span class="end">
        <button type="button" class="button quiet" aria-pressed={paged} onClick={page}>
          {words.asPages}
        </button>
        <label>
          {words.row}
          <input type="number" min={1} max={total} placeholder="1" onChange={(event) => go(Math.max(1, event.currentTarget.valueAsNumber || 1) - 1)} />
        </label>
        {date && (
          <label>
            {words.date}
            <input type="date" onChange={(event) => void toDay(event.currentTarget.value)} />
          </label>
        )}
        <span>{words.asOf(time(asOf, zone.value))}</span>
      </span>
    </footer>
  );
}
