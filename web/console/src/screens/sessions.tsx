/** Every session of the app: found, filtered, sorted, and live. */
import { useComputed } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { kit, take } from '../api/client.ts';
import { health, state } from '../feed/hub.ts';
import { MENU, type Session, chosen } from '../list/columns.tsx';
import { passes } from '../list/match.ts';
import { Pages } from '../list/pages.ts';
import { Strip } from '../list/strip.tsx';
import { Paged } from '../list/paged.tsx';
import { type Handle, Table } from '../list/table.tsx';
import { type Filters, type View, count, frozen, query, readView, writeView } from '../list/url.ts';
import { Problem } from '../parts/problem.tsx';
import { Top } from '../parts/top.tsx';
import { app, serverNow, who } from '../session.ts';
import { wholeDays } from '../time/days.ts';
import { number, time } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/sessions.ts';
import { Bar } from './sessions/bar.tsx';
import { Foot } from './sessions/foot.tsx';
import { NoSessions, Nothing } from './sessions/nothing.tsx';

/** What began in this time is on its way into the list: it counts as new. */
const LATELY_MS = 1_000;
/** At the top, with nobody at work, the list goes on by itself. */
const ADVANCE_MS = 2_000;
/** The first row is kept in the address when scrolling rests. */
const KEEP_ROW_MS = 300;

const lately = (): number => serverNow() - LATELY_MS;

/** A page of the list. */
function ask(account: string, id: string, filters: Filters) {
  return async (page: number, abort: AbortSignal) => {
    const answer = await take(
      kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/sessions', {
        params: {
          path: { account_id: account, app_id: id },
          query: { ...query(filters), page_no: page, per_page: 100 } as never,
        },
        signal: abort,
      }),
    );
    return { rows: answer.data.sessions, total: answer.paging.total_count };
  };
}

export function Sessions() {
  const { url, route } = useLocation();
  const search = new URL(url, location.origin).search;
  const view = useMemo(() => readView(search), [search]);
  const { filters } = view;
  const [asOf, setAsOf] = useState(lately);
  const account = who.value?.account_id ?? '';
  const id = app.value?.id ?? '';
  const list = frozen(filters, asOf);
  const pages = useMemo(() => new Pages<Session>(['sessions', id, list], ask(account, id, list)), [id, JSON.stringify(list)]);
  const shown = useShown(pages);
  const handle = useRef<Handle | undefined>(undefined);
  const [seen, setSeen] = useState({ first: 0, last: 0 });
  useEffect(() => {
    document.title = `${words.title} · Sederunt`;
  }, []);
  const change = (next: Partial<View>, replace = false): void => {
    const { row: _, ...rest } = view;
    setAsOf(lately());
    route(`/console/sessions${writeView({ ...rest, ...next })}`, replace);
  };
  const set = (next: Partial<Filters>, replace = false): void => {
    handle.current?.go(0);
    const all = { ...filters, ...next };
    change({ filters: Object.fromEntries(Object.entries(all).filter(([, value]) => value)) as Filters }, replace);
  };
  useKeptRow(view, seen.first);
  const newest = (filters.sort_by ?? 'createdAt') === 'createdAt' && filters.sort_order !== 'ASC';
  const fresh = useComputed(() => {
    let found = 0;
    for (const known of state.value.sessions.values()) {
      if (Date.parse(known.numbers.started_at) > asOf && passes(known, filters)) found += 1;
    }
    return found;
  });
  fresh.value;
  useAdvance(newest && fresh.value > 0, () => handle.current, () => setAsOf(lately()));
  const total = shown.total.value;
  const failed = total === undefined ? shown.row(0) : undefined;
  const columns = [...chosen(view.cols), MENU];
  const List = view.paged ? Paged : Table;
  return (
    <>
      <Top live>
        <h1>
          {words.title} {total !== undefined && <span class="n">{number(total)}</span>}
        </h1>
      </Top>
      <Bar view={view} set={set} change={change} total={total} app={id} open={(to) => route(`/console/sessions/${to}`)} />
      {health.value.at === 'lost' && (
        <p class="notice" role="status">
          {words.lost(time(health.value.since, zone.value))}
        </p>
      )}
      {failed instanceof Error && <Problem error={failed} again={() => shown.again()} />}
      {total === 0 && (count(filters) ? <Nothing filters={filters} set={set} clear={() => change({ filters: {} })} /> : <NoSessions />)}
      {total !== 0 && (
        <>
          {(total !== 1 || count(filters) > 0) && (
            <Strip
              app={id}
              filters={filters}
              asOf={asOf}
              at={newest ? seen.first : undefined}
              go={(row) => handle.current?.go(row)}
              choose={(start_time, end_time) => set({ start_time, end_time })}
            />
          )}
          <div class="card table">
            {fresh.value > 0 && (
              <div class="fresh">
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    setAsOf(lately());
                    handle.current?.go(0);
                  }}
                >
                  {newest ? `↑ ${words.fresh(fresh.value)}` : words.sortAgain(time(asOf, zone.value))}
                </button>
              </div>
            )}
            {total !== undefined && (
              <List
                pages={shown}
                total={total}
                columns={columns}
                filters={filters}
                at={(view.row ?? 1) - 1}
                handle={(made) => (handle.current = made)}
                seen={(first, last) => setSeen({ first, last })}
                open={(to) => route(`/console/sessions/${to}`)}
                sort={(by) => set(sorted(filters, by))}
              />
            )}
          </div>
          <Foot
            total={total ?? 0}
            seen={seen}
            pages={shown}
            asOf={asOf}
            go={(row) => handle.current?.go(row)}
            paged={view.paged ?? false}
            page={() => change({ paged: !view.paged, ...(seen.first > 0 ? { row: seen.first + 1 } : {}) }, true)}
            date={newest ? { account, app: id, filters: list } : undefined}
            sum={summed(filters, id, asOf)}
          />
        </>
      )}
    </>
  );
}

/** The whole days that are all that filters the list. */
function summed(filters: Filters, id: string, asOf: number): { app: string; from: string; to: string; asOf: number } | undefined {
  const days = wholeDays(zone.value, filters.start_time, filters.end_time);
  return days && count(filters) === 2 ? { app: id, ...days, asOf } : undefined;
}

/** A click on a head: newest or most first, then the other way round. */
function sorted(filters: Filters, by: 'createdAt' | 'minutesConsumed'): Partial<Filters> {
  const again = (filters.sort_by ?? 'createdAt') === by;
  const order = again && (filters.sort_order ?? 'DESC') === 'DESC' ? 'ASC' : 'DESC';
  return { sort_by: by, sort_order: order };
}

/** The list that was there before, until the new one is. */
function useShown(pages: Pages<Session>): Pages<Session> {
  const shown = useRef(pages);
  useEffect(() => {
    pages.want(0, 1);
    return () => pages.close();
  }, [pages]);
  // Read for their news, too.
  void pages.news.value;
  if (pages.total.value !== undefined || shown.current.total.value === undefined) shown.current = pages;
  return shown.current;
}

function useKeptRow(view: View, first: number): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      const { row: _, ...rest } = view;
      const text = writeView(first > 0 ? { ...rest, row: first + 1 } : rest);
      // Until the next picture is drawn, the address may be a step ahead of what is shown: it is another view's then.
      const { row: __, ...there } = readView(location.search);
      const isOurs = location.pathname === '/console/sessions' && writeView(there) === writeView(rest);
      if (isOurs && location.search !== text) history.replaceState(history.state, '', location.pathname + text);
    }, KEEP_ROW_MS);
    return () => clearTimeout(timer);
  }, [view, first]);
}

function useAdvance(wanted: boolean, handle: () => Handle | undefined, advance: () => void): void {
  useEffect(() => {
    if (!wanted) return undefined;
    const timer = setInterval(() => {
      const table = handle();
      if (table?.top() === 0 && !table.isBusy() && document.visibilityState === 'visible') advance();
    }, ADVANCE_MS);
    return () => clearInterval(timer);
  }, [wanted]);
}
