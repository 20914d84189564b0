/** Is it well, what is going on, and who is hit: the first page. */
import { useEffect } from 'preact/hooks';
import { kit, own, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import type { components } from '../api/sederunt.d.ts';
import { health, isKnown, listen, live, liveClock, state } from '../feed/hub.ts';
import { minutesAt } from '../feed/state.ts';
import { fits } from '../parts/fits.ts';
import { Waiting } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Top } from '../parts/top.tsx';
import { has } from '../rights.ts';
import { app, serverNow, who } from '../session.ts';
import { dayAt, plusDays } from '../time/days.ts';
import { length, longDate, minutes, number, time } from '../time/format.ts';
import { clock, zone } from '../time/zone.ts';
import { words } from '../words/overview.ts';
import { words as listWords } from '../words/sessions.ts';
import { hooks } from './overview/hooks.ts';
import { largest, look, lookAtServer } from './overview/look.ts';
import { milliseconds } from './system/figures.ts';
import { type Activity, MinuteTable, Minutes, totals } from './overview/minutes.tsx';
import { Needs } from './overview/needs.tsx';
import { NoSessions } from './sessions/nothing.tsx';
import '../numbers.css';

/** How often it is looked again: minutes, and what takes longer to ask. */
const ANEW_MS = 15_000;
const ANEW_SLOWLY_MS = 60_000;
/** Changes that come together are one question. */
const TOGETHER_MS = 1_000;
/** Sessions in the list of the largest. */
const LARGEST = 8;

/** The clock in steps: another number is another question. */
const step = (ms: number): number => Math.floor(clock.value / ms);

function useActivity(id: string) {
  const found = useAsked<Activity>({
    key: ['activity', id, step(ANEW_MS)],
    keep: true,
    ask: (signal) => take(own.GET('/apps/{app_id}/activity', { params: { path: { app_id: id }, query: { tz: zone.value } }, signal })),
  });
  // What the feed tells is in the minutes soon, however many changes there are.
  useEffect(() => {
    let timer = 0;
    const stop = listen(() => {
      timer ||= window.setTimeout(() => {
        timer = 0;
        void found.value.refetch();
      }, TOGETHER_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [id]);
  return found;
}

/** Today, and the same day of the week before. */
function useToday(id: string) {
  const to = dayAt(zone.value, serverNow());
  const query = { from: plusDays(to, -7), to, split: 'midnight', tz: zone.value, people: false };
  return useAsked<components['schemas']['Usage']>({
    key: ['usage', id, query, step(ANEW_SLOWLY_MS)],
    keep: true,
    ask: (signal) => take(own.GET('/apps/{app_id}/usage', { params: { path: { app_id: id }, query: query as never }, signal })),
  });
}

/** Whether there ever was a session. */
function useEver(account: string, id: string) {
  return useAsked<boolean>({
    key: ['ever', id, live.value > 0],
    keep: true,
    ask: async (signal) => {
      const path = { account_id: account, app_id: id };
      const asked = kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/sessions', { params: { path, query: { per_page: 1 } }, signal });
      return (await take(asked)).paging.total_count > 0;
    },
  });
}

type System = components['schemas']['System'];

/** The server itself, for whoever has the right to it. */
function useServer(isAllowed: boolean) {
  return useAsked<System | null>({
    key: ['overview-system', isAllowed, isAllowed ? step(ANEW_MS) : 0],
    keep: true,
    ask: async (signal) => (isAllowed ? take(own.GET('/system', { signal })) : null),
  });
}

export default function Overview() {
  const [account, id] = [who.value?.account_id ?? '', app.value?.id ?? ''];
  const [activity, today, ever] = [useActivity(id), useToday(id), useEver(account, id)];
  const asked = useAsked({ key: ['hooks', id, step(ANEW_SLOWLY_MS)], keep: true, ask: (signal) => hooks(account, id, signal) });
  const ofServer = has('system');
  const server = useServer(ofServer);
  useEffect(() => {
    document.title = `${words.title} · Sederunt`;
  }, []);
  const { data: told, error } = activity.value;
  const system = server.value.data;
  const ofApp = look({ sessions: state.value.sessions.values(), losses: told?.losses ?? [], refused: told?.refused ?? [], hooks: asked.value.data ?? [], now: liveClock.value });
  const findings = [...(system ? lookAtServer(system, ofApp) : []), ...ofApp];
  return (
    <>
      <Top live>
        <h1>{words.title}</h1>
      </Top>
      {health.value.at === 'lost' && (
        <p class="notice" role="status">
          {listWords.lost(time(health.value.since, zone.value))}
        </p>
      )}
      {ever.value.data === false ? (
        <NoSessions />
      ) : (
        <div class="numbers" tabIndex={0} role="region" aria-label={words.title}>
          <Figures told={told} today={today.value.data} system={ofServer ? (system ?? null) : undefined} />
          {error && <Problem error={error} again={() => void activity.value.refetch()} />}
          {today.value.error && <Problem error={today.value.error} again={() => void today.value.refetch()} />}
          <div class="halves">
            <div class="stack">
              {told ? <Minutes told={told} /> : !error && <Waiting />}
              {told && <MinuteTable told={told} />}
            </div>
            <div class="stack">
              <Needs findings={findings} checked={told && isKnown.value ? Date.parse(told.as_of) : undefined} hooksUnknown={asked.value.isError} ofServer={ofServer} serverUnknown={server.value.isError} />
              <Largest />
            </div>
          </div>
        </div>
      )}
    </>
  );
}

interface Figured {
  readonly told: Activity | undefined;
  readonly today: components['schemas']['Usage'] | undefined;
  /** `undefined` = no right to the server, `null` = not known yet. */
  readonly system: System | null | undefined;
}

function Figures({ told, today, system }: Figured) {
  const inside = [...state.value.sessions.values()].reduce((sum, { numbers }) => sum + (numbers.status === 'LIVE' ? numbers.live_participants : 0), 0);
  const [last, before] = [today?.rows.at(-1), today?.rows.at(0)];
  const day = dayAt(zone.value, clock.value);
  const sums = told && totals(told.rows);
  const figures: { name: string; value: string; more: string; href: string }[] = [
    { name: words.live, value: isKnown.value ? number(live.value) : words.unknown, more: isKnown.value ? words.people(inside) : '', href: '/console/sessions?status=LIVE' },
    {
      name: words.minutes,
      value: last ? minutes(last.minutes) : words.unknown,
      more: before ? words.minutesBefore(longDate(Date.parse(before.from), zone.value), minutes(before.minutes)) : '',
      href: `/console/usage?${new URLSearchParams({ from: day, to: day, split: 'midnight', tz: zone.value })}`,
    },
    { name: words.joins, value: told ? number(told.rows.at(-2)?.joins ?? 0) : words.unknown, more: sums ? words.joinsMore(sums.joins) : '', href: '#minutes' },
    system !== undefined ? commitFigure(system) : { name: words.lost, value: sums ? number(sums.lost) : words.unknown, more: words.lostMore, href: '#minutes' },
  ];
  return (
    <ul class="figs">
      {figures.map(({ name, value, more, href }) => (
        <li key={name} class="card">
          <a href={href} onClick={href.startsWith('#') ? unfold : undefined}>
            <span class="soft">{name}</span>
            <b class="fig" ref={fits(value)}>
              {value}
            </b>
            <span class="soft">{more || '\u00a0'}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** How long the last writes took until they were durable. */
function commitFigure(system: System | null): { name: string; value: string; more: string; href: string } {
  const commit = system?.ledger.commit;
  return {
    name: words.commit,
    value: commit ? milliseconds(commit.p99_ms) : words.unknown,
    more: commit ? words.commitMore(milliseconds(commit.p50_ms), milliseconds(commit.longest_ms)) : system ? words.noCommit : '',
    href: '/console/system',
  };
}

/** Shows the table that a figure sums up. */
function unfold(event: MouseEvent): void {
  event.preventDefault();
  const table = document.getElementById('minutes');
  if (table instanceof HTMLDetailsElement) {
    table.open = true;
    table.scrollIntoView({ block: 'nearest' });
    table.querySelector('summary')?.focus();
  }
}

function Largest() {
  const now = liveClock.value;
  const found = largest(state.value.sessions.values(), LARGEST);
  const { largestColumns: columns } = words;
  return (
    <section class="card part" aria-labelledby="largest">
      <header>
        <h2 id="largest">{words.largest}</h2>
        <a class="button quiet" href="/console/sessions?status=LIVE">
          {words.all}
        </a>
      </header>
      {found.length === 0 && <p class="soft">{isKnown.value ? words.nobody : words.unknown}</p>}
      {found.length > 0 && (
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">{columns.title}</th>
              <th scope="col" class="num">
                {columns.people}
              </th>
              <th scope="col" class="num">
                {columns.length}
              </th>
              <th scope="col" class="num">
                {columns.minutes}
              </th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ id, numbers }) => (
              <tr key={id}>
                <th scope="row">
                  <a class="cut" href={`/console/sessions/${id}`}>
                    {numbers.title || words.untitled}
                  </a>
                </th>
                <td class="num">{number(numbers.live_participants)}</td>
                <td class="num">{length(now - Date.parse(numbers.started_at))}</td>
                <td class="num">{minutes(minutesAt(numbers, now))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
