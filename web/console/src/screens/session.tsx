/** One session: what happened in it, told from its facts. */
import { useLocation, useRoute } from 'preact-iso';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { asCurl } from '../api/calls.ts';
import { Failed } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import { listen, liveClock } from '../feed/hub.ts';
import { CopyId } from '../parts/copy.tsx';
import { Missing } from '../parts/missing.tsx';
import { Problem } from '../parts/problem.tsx';
import { Top } from '../parts/top.tsx';
import { mayChange } from '../rights.ts';
import { app } from '../session.ts';
import { exactTime, length, longDate, minutes, number, offset, spoken } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/session.ts';
import { Audit } from './session/audit.tsx';
import { EndButton } from './session/end.tsx';
import { Events } from './session/events.tsx';
import { inRoom, lanes } from './session/model.ts';
import { People } from './session/people.tsx';
import { Story } from './session/story-panel.tsx';
import { Timeline } from './session/timeline.tsx';
import { type Told, ask } from './session/told.ts';
import '../timeline.css';
import '../session.css';

/** Changes that come together are one question. */
const TOGETHER_MS = 300;

export default function Session() {
  const { params } = useRoute();
  const { id = '', tab = 'timeline' } = params as { id?: string; tab?: string };
  const found = useTold(id);
  const { data, error, refetch } = found.value;
  if (error instanceof Failed && error.status === 404) {
    return <Missing crumb={<Crumb />} title={words.missing} href="/console/sessions" back={words.back_} />;
  }
  return (
    <>
      {error && <Problem error={error} again={() => void refetch()} />}
      {data ? (
        <Screen told={data} tab={tab} />
      ) : (
        <Top>
          <Crumb />
        </Top>
      )}
    </>
  );
}

/** The session, asked for anew when the feed says that something happened in it. */
function useTold(id: string) {
  const appId = app.value?.id ?? '';
  const last = useRef<Told | undefined>(undefined);
  const found = useAsked<Told>({
    key: ['timeline', appId, id],
    ask: async (abort) => (last.current = await ask(appId, id, last.current?.session.id === id ? last.current : undefined, abort)),
  });
  useEffect(() => {
    let timer = 0;
    const stop = listen((changes) => {
      if (!changes.some(({ session_id }) => session_id === id)) return;
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

function Crumb() {
  return (
    <a class="crumb" href="/console/sessions">
      {words.sessions}
    </a>
  );
}

function Screen({ told, tab }: { told: Told; tab: string }) {
  const { session } = told;
  const { url, route } = useLocation();
  const search = new URL(url, location.origin).searchParams;
  const person = search.get('person') ?? '';
  const isLive = session.status === 'LIVE';
  // An ended session stands still.
  const now = isLive ? Math.max(session.as_of, liveClock.value) : session.as_of;
  const all = useMemo(() => lanes(told.people, told.stays), [told]);
  const lane = all.find((one) => one.person.id === person);
  useEffect(() => {
    document.title = `${session.title || words.untitled} · Sederunt`;
  }, [session.title]);
  const base = `/console/sessions/${session.id}`;
  const show = (id: string): void => {
    const path = tab === 'timeline' ? base : `${base}/${tab}`;
    route(id ? `${path}?person=${id}` : path, true);
  };
  const shown = { told, lanes: all, now, person, show };
  return (
    <>
      <Top live={isLive}>
        <Crumb />
        <span class="crumb" aria-hidden="true">
          /
        </span>
        <h1>
          <span class="cut">{session.title || words.untitled}</span>
        </h1>
        {isLive ? <span class="pill live">{words.live}</span> : <span class="pill">{words.ended}</span>}
        {isLive && session.live_participants > 0 && mayChange.value && <EndButton meeting={session.meeting_id} title={session.title || words.untitled} people={session.live_participants} />}
      </Top>
      <Head told={told} now={now} total={all.reduce((sum, one) => sum + inRoom(one, now), 0)} />
      <nav class="tabs" aria-label={words.session}>
        {Object.entries(words.tabs).map(([name, text]) => (
          <a key={name} href={name === 'timeline' ? base : `${base}/${name}`} aria-current={tab === name ? 'page' : undefined}>
            {text}
          </a>
        ))}
        <a href={`/console/attendance?session_id=${session.id}`}>{words.attendance}</a>
      </nav>
      <div class={lane ? 'session-body with-story' : 'session-body'}>
        {tab === 'people' ? <People {...shown} /> : tab === 'events' ? <Events {...shown} /> : tab === 'audit' ? <Audit id={session.id} seq={told.seq} /> : tab === 'api' ? <Api /> : <Timeline {...shown} />}
        {lane && <Story lane={lane} told={told} now={now} close={() => show('')} />}
      </div>
    </>
  );
}

function Head({ told, now, total }: { told: Told; now: number; total: number }) {
  const { session } = told;
  const end = session.ended_at ?? now;
  const why = session.ended_at === undefined ? ending(told, now) : (words.ends[session.end_reason ?? ''] ?? session.end_reason ?? '');
  // While it is LIVE the minutes grow; all stays together are the same number.
  const sum = session.ended_at === undefined && told.people.length === session.people ? total / 60_000 : session.minutes_consumed;
  const figures: [string, string][] = [
    [words.figures.people, number(session.people)],
    [words.figures.stays, number(session.stays)],
    [words.figures.peak, number(session.max_concurrent_participants)],
    [words.figures.minutes, minutes(sum)],
    [words.figures.loss, number(session.with_a_loss)],
    [words.figures.removed, number(session.removed)],
  ];
  return (
    <div class="session-head">
      <div>
        <span>
          <b>{longDate(session.started_at, zone.value)}</b> <CopyId id={session.id} what={words.id} />
        </span>
        <span class="mono">
          {exactTime(session.started_at, zone.value)} – {session.ended_at === undefined ? words.now : exactTime(end, zone.value)}
        </span>
        <span class="soft">
          {zone.value} {offset(zone.value, session.started_at)} · {spoken(end - session.started_at)} · {why}
        </span>
      </div>
      <dl class="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** Why a LIVE session goes on: somebody is there, or the keep-alive runs. */
function ending(told: Told, now: number): string {
  if (told.session.live_participants > 0) return words.stillOpen;
  const keep = told.events.findLast(({ keep_alive_ms }) => keep_alive_ms !== undefined)?.keep_alive_ms ?? 0;
  const last = Math.max(...told.stays.map(({ left_at }) => left_at ?? 0));
  return words.endsIn(length(last + keep - now));
}

function Api() {
  const [calls] = useState(asCurl);
  return (
    <div class="card scrolls short">
      <p class="soft pad">{words.apiMore}</p>
      <pre class="code">{[`BASE=${location.origin}`, ...calls].join('\n')}</pre>
    </div>
  );
}
