/** One session: a row a person. */
import { Icon } from '../../parts/icon.tsx';
import { length, number, offset, spoken, time } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/attendance.ts';
import { percent } from './count.ts';
import { Pages, usePage } from './pages.tsx';
import type { Row } from './rule.ts';
import type { Order, View } from './url.ts';
import { Result, ShareBar } from './verdicts.tsx';

export interface Shown {
  readonly rows: readonly Row[];
  /** Names that more than one person has. */
  readonly doubles: ReadonlySet<string>;
  readonly view: View;
  readonly change: (next: Partial<View>, replace?: boolean) => void;
  readonly open: (row: Row) => void;
}

const COLUMNS: readonly { name: keyof typeof words.columns; sort?: Order; num?: true; zoned?: true }[] = [
  { name: 'name', sort: 'name' },
  { name: 'own' },
  { name: 'first', sort: 'first', num: true, zoned: true },
  { name: 'last', sort: 'last', num: true, zoned: true },
  { name: 'stays', sort: 'stays', num: true },
  { name: 'away', sort: 'away', num: true },
  { name: 'time', sort: 'time', num: true },
  { name: 'share' },
  { name: 'verdict' },
];

/** Somebody's name, as a button that opens how it is counted. One that is there twice says whose it is. */
export function Name({ row, doubles, open }: { row: Row } & Pick<Shown, 'doubles' | 'open'>) {
  const { name, own_id, key } = row;
  const label = name ?? own_id ?? words.nameless(key);
  const isTwice = name !== undefined && doubles.has(name);
  return (
    <button type="button" class="link who" title={words.howOf(label)} onClick={() => open(row)}>
      {label}
      {/* An own id has a column of its own, where there is room for one. */}
      {isTwice && <span class={own_id === undefined ? 'mono faint' : 'mono faint narrow'}>{own_id ?? key.slice(0, 8)}</span>}
    </button>
  );
}

export function People({ at, rows, doubles, view, change, open }: Shown & { at: number }) {
  const { page, seen, count } = usePage(rows, view.page ?? 1);
  const { sort = 'name', share } = view;
  return (
    <>
      <div class="card scrolls report-table" tabIndex={0} role="region" aria-label={words.title}>
        <table class="plain people" role="table">
          <thead role="rowgroup">
            <tr role="row">
              {COLUMNS.map(({ name, sort: by, num, zoned }) => (
                <th key={name} role="columnheader" scope="col" class={`c-${name} ${num ? 'num' : ''}`} aria-sort={by && by === sort ? (by === 'name' || by === 'first' ? 'ascending' : 'descending') : undefined}>
                  {by ? (
                    <button type="button" class="head" onClick={() => change({ sort: by })}>
                      {words.columns[name]} {zoned && <span class="faint">{offset(zone.value, at)}</span>}
                      {by === sort && <Icon name={by === 'name' || by === 'first' ? 'asc' : 'desc'} />}
                    </button>
                  ) : (
                    words.columns[name]
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {seen.map((row) => (
              <tr key={row.key} role="row" data-key={row.key}>
                <th role="rowheader" scope="row" class="c-name">
                  <Name row={row} doubles={doubles} open={open} />
                </th>
                <td role="cell" class="c-own mono">
                  {row.own_id ?? ''}
                </td>
                <Times row={row} />
                <td role="cell" class="c-share">
                  <span class="share">
                    <ShareBar share={row.total.share} verdict={row.total.verdict} from={share} />
                    <span class="num">{percent(row.total.share)}</span>
                  </span>
                </td>
                <td role="cell" class="c-verdict">
                  <Result verdict={row.total.verdict} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p class="pad soft">{words.noneFits}</p>}
      </div>
      <Pages page={page} count={count} all={rows.length} go={(to) => change({ page: to })} />
    </>
  );
}

function Times({ row: { total } }: { row: Row }) {
  const { first, last, stays, away_ms, ms } = total;
  return (
    <>
      <td role="cell" class="c-first num">
        {first === undefined ? '–' : time(first, zone.value)}
      </td>
      <td role="cell" class="c-last num">
        {first === undefined ? '–' : last === undefined ? words.now : time(last, zone.value)}
      </td>
      <td role="cell" class="c-stays num">
        {number(stays)}
      </td>
      <td role="cell" class="c-away num">
        {away_ms ? spoken(away_ms) : '–'}
      </td>
      <td role="cell" class="c-time num">
        {length(ms)}
      </td>
    </>
  );
}
