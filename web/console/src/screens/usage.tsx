/** What the sessions of the app came to, by day, week or month: bars, the same numbers as a table, and what they sum up. */
import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { own, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import { fits } from '../parts/fits.ts';
import { Waiting } from '../parts/page.tsx';
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
import { type Row, type Told, type Usage as Answer, counted } from './usage/counted.ts';
import { type Show, type Usage as View, SHOWS, change, previous, readUsage, writeUsage } from './usage/view.ts';
import '../numbers.css';

export type { Row, Told };

/** Of the running day the numbers grow; nobody needs them by the second. */
const ANEW_MS = 60_000;

/** A number of a row as it is written. */
export function shown(row: Row, of: Show, isSum = false): string {
  const value = row[of];
  if (value === undefined) return words.counting;
  if (value === null) return isSum ? words.notCounted : words.noNumber;
  if (of !== 'minutes') return number(value);
  // Sums have what the API has: four decimals.
  return isSum ? decimals(value) : minutes(value);
}

type Range = Pick<View, 'from' | 'to' | 'by' | 'split'>;

function useNumbers(id: string, range: Range, people: boolean, later = false) {
  const { from, to, by, split } = range;
  const query = { from, to, by, split, tz: zone.value, people };
  const isOpen = to >= dayAt(zone.value, serverNow());
  return useAsked<Answer>({
    key: ['usage', id, query, isOpen ? Math.floor(serverNow() / ANEW_MS) : 0],
    keep: true,
    later,
    ask: (signal) => take(own.GET('/apps/{app_id}/usage', { params: { path: { app_id: id }, query: query as never }, signal })),
  });
}

const isAnswered = ({ data, isPlaceholderData }: { data: unknown; isPlaceholderData: boolean }): boolean => data !== undefined && !isPlaceholderData;

/** The numbers first: of people every stay has to be read, which takes longer the larger the app is. */
function useUsage(id: string, view: View) {
  const earlier: Range = { ...view, ...previous(view), by: 'month' };
  const found = useNumbers(id, view, false);
  const before = useNumbers(id, earlier, false, !isAnswered(found.value));
  const people = useNumbers(id, view, true, !isAnswered(before.value));
  const peopleBefore = useNumbers(id, earlier, true, !isAnswered(people.value));
  return { found, told: counted(found.value.data, people.value.data), before: counted(before.value.data, peopleBefore.value.data) };
}

export default function Usage() {
  const { url, route } = useLocation();
  const search = new URL(url, location.origin).search;
  const view = readUsage(search, zone.value, serverNow());
  const id = app.value?.id ?? '';
  const { found, told, before } = useUsage(id, view);
  useEffect(() => {
    document.title = `${words.title} · Sederunt`;
  }, []);
  const set = (next: Partial<View>, replace = false): void => route(`/console/usage${writeUsage({ ...view, ...next }, zone.value)}`, replace);
  const { error, isPlaceholderData } = found.value;
  return (
    <>
      <Top>
        <h1>{words.title}</h1>
      </Top>
      <Bar view={view} set={set} app={id} />
      {error && <Problem error={error} again={() => void found.value.refetch()} />}
      {!told && !error && <Waiting rows={6} />}
      {told && (
        <div class={isPlaceholderData ? 'numbers old' : 'numbers'} tabIndex={0} role="region" aria-label={words.title}>
          <Figures told={told} before={before} view={view} />
          {told.sum.sessions === 0 && told.sum.minutes === 0 ? (
            <div class="card empty">
              <h2>{words.none}</h2>
              <p>{words.noneMore}</p>
            </div>
          ) : (
            <>
              <Bars told={told} of={view.show} />
              <Rows told={told} view={view} />
            </>
          )}
          <Rule told={told} />
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
            <dd class="fig" ref={fits(shown(told.sum, of, true))}>
              {shown(told.sum, of, true)}
            </dd>
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
  const isCounting = told.sum.people === undefined;
  return (
    <ul class="rules soft">
      <li>{words.rule[told.split]}</li>
      <li>{before || after ? edges?.(decimals(before), decimals(after)) : words.noEdges}</li>
      <li>
        <span role="status">{isCounting ? words.peopleComing : words.peopleMore}</span>
      </li>
      <li>{words.peakMore}</li>
      <li>{words.asOf(time(Date.parse(told.as_of), zone.value))}</li>
    </ul>
  );
}
