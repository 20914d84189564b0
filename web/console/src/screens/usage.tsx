/** What the sessions of the app came to, by day, week or month: bars, the same numbers as a table, and what they sum up. */
import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { own, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import type { components } from '../api/sederunt.d.ts';
import { Problem } from '../parts/problem.tsx';
import { Top } from '../parts/top.tsx';
import { app, serverNow } from '../session.ts';
import { dayAt, daysFrom } from '../time/days.ts';
import { decimals, minutes, number, time } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/usage.ts';
import { Bars } from './usage/bars.tsx';
import { Bar } from './usage/bar.tsx';
import { Rows } from './usage/rows.tsx';
import { type Show, type Usage as View, SHOWS, change, previous, readUsage, writeUsage } from './usage/view.ts';
import '../numbers.css';

export type Told = components['schemas']['Usage'];
export type Row = components['schemas']['UsageRow'];

/** Of the running day the numbers grow; nobody needs them by the second. */
const ANEW_MS = 60_000;

/** A number of a row as it is written. */
export function shown(row: Row, of: Show, isSum = false): string {
  const value = row[of];
  if (value === null || value === undefined) return words.notCounted;
  if (of !== 'minutes') return number(value);
  // Sums have what the API has: four decimals.
  return isSum ? decimals(value) : minutes(value);
}

function useUsage(id: string, view: Pick<View, 'from' | 'to' | 'by' | 'split'>) {
  const { from, to, by, split } = view;
  const query = { from, to, by, split, tz: zone.value };
  const isOpen = to >= dayAt(zone.value, serverNow());
  return useAsked<Told>({
    key: ['usage', id, query, isOpen ? Math.floor(serverNow() / ANEW_MS) : 0],
    keep: true,
    ask: (signal) => take(own.GET('/apps/{app_id}/usage', { params: { path: { app_id: id }, query: query as never }, signal })),
  });
}

export default function Usage() {
  const { url, route } = useLocation();
  const search = new URL(url, location.origin).search;
  const view = readUsage(search, zone.value, serverNow());
  const id = app.value?.id ?? '';
  const found = useUsage(id, view);
  const before = useUsage(id, { ...view, ...previous(view), by: 'month' });
  useEffect(() => {
    document.title = `${words.title} · Sederunt`;
  }, []);
  const set = (next: Partial<View>, replace = false): void => route(`/console/usage${writeUsage({ ...view, ...next }, zone.value)}`, replace);
  const { data, error, isPlaceholderData } = found.value;
  return (
    <>
      <Top>
        <h1>{words.title}</h1>
      </Top>
      <Bar view={view} set={set} app={id} />
      {error && <Problem error={error} again={() => void found.value.refetch()} />}
      {!data && !error && <div class="card waiting" aria-busy="true" />}
      {data && (
        <div class={isPlaceholderData ? 'numbers old' : 'numbers'} tabIndex={0} role="region" aria-label={words.title}>
          <Figures told={data} before={before.value.data} view={view} />
          {data.sum.sessions === 0 && data.sum.minutes === 0 ? (
            <div class="card empty">
              <h2>{words.none}</h2>
              <p>{words.noneMore}</p>
            </div>
          ) : (
            <>
              <Bars told={data} of={view.show} />
              <Rows told={data} view={view} />
            </>
          )}
          <Rule told={data} />
        </div>
      )}
    </>
  );
}

function Figures({ told, before, view }: { told: Told; before: Told | undefined; view: View }) {
  const rows = Math.max(1, told.rows.length);
  const by = told.by;
  const average = (of: Show): string => {
    const value = told.sum[of];
    if (value === null || value === undefined || of === 'peak' || of === 'people') return '';
    return words.perRow(minutes(value / rows), by);
  };
  return (
    <dl class="figs" title={words.beforeMore(daysFrom(view.from, view.to))}>
      {SHOWS.map((of) => {
        const last = before?.sum[of];
        const now = told.sum[of];
        return (
          <div key={of} class="card">
            <dt>{words.columns[of]}</dt>
            <dd class="fig">{shown(told.sum, of, true)}</dd>
            <dd class="soft">{average(of) || words.all}</dd>
            <dd class="faint">{before && typeof last === 'number' && typeof now === 'number' ? words.before(shown(before.sum, of), change(now, last)) : '\u00a0'}</dd>
          </div>
        );
      })}
    </dl>
  );
}

function Rule({ told }: { told: Told }) {
  const { before, after } = told.edges;
  const edges = words.edges[told.split];
  return (
    <ul class="rules soft">
      <li>{words.rule[told.split]}</li>
      <li>{before || after ? edges?.(decimals(before), decimals(after)) : words.noEdges}</li>
      <li>
        {words.peopleMore} {words.peakMore}
      </li>
      <li>{words.asOf(time(Date.parse(told.as_of), zone.value))}</li>
    </ul>
  );
}
