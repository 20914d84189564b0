/** What happened in a minute of the overview's chart. */
import { useLocation } from 'preact-iso';
import { own, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import type { components } from '../api/sederunt.d.ts';
import { Waiting, useTitle } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Top } from '../parts/top.tsx';
import { app } from '../session.ts';
import { exactTime, number, shortTime } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/overview.ts';
import { words as told } from '../words/session.ts';
import '../session.css';

type Change = components['schemas']['Event'];

const MINUTE_MS = 60_000;
/** Events that are shown; a minute with more is a crowd, not a question. */
const MOST = 1_000;

export default function Minute() {
  useTitle(words.minuteTitle);
  const { url } = useLocation();
  const from = Date.parse(new URL(url, location.origin).searchParams.get('from') ?? '');
  return (
    <>
      <Top>
        <a class="crumb" href="/console">
          {words.title}
        </a>
        <span class="crumb" aria-hidden="true">
          /
        </span>
        <h1>{words.minuteTitle}</h1>
      </Top>
      {Number.isNaN(from) ? <Nothing text={words.minuteMissing} /> : <Told key={from} from={Math.floor(from / MINUTE_MS) * MINUTE_MS} />}
    </>
  );
}

function Nothing({ text }: { text: string }) {
  return (
    <div class="card empty">
      <h2>{text}</h2>
      <a class="button" href="/console">
        {words.back}
      </a>
    </div>
  );
}

/** The changes of a minute, however many answers that takes. */
async function ask(id: string, from: number, signal: AbortSignal): Promise<{ events: Change[]; hasMore: boolean }> {
  const time = { from: new Date(from).toISOString(), to: new Date(from + MINUTE_MS - 1).toISOString() };
  const events: Change[] = [];
  for (let after = 0; ; ) {
    const query = { ...time, after, limit: MOST };
    const page = await take(own.GET('/apps/{app_id}/events', { params: { path: { app_id: id }, query: query as never }, signal }));
    events.push(...page.events);
    if (!page.has_more || events.length >= MOST) return { events, hasMore: page.has_more };
    after = page.next_after;
  }
}

function Told({ from }: { from: number }) {
  const id = app.value?.id ?? '';
  const found = useAsked({ fresh: true, key: ['minute', id, from], ask: (signal) => ask(id, from, signal) });
  const { data, error, refetch } = found.value;
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (!data) return <Waiting />;
  if (data.events.length === 0) return <Nothing text={words.minuteNone} />;
  // As it was, not as it was recorded: a loss is known after the grace.
  const events = data.events.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.seq - b.seq);
  const { minuteColumns: columns } = words;
  return (
    <div class="card scrolls" tabIndex={0} role="region" aria-label={words.minuteTitle}>
      <p class="pad soft" role="status">
        {words.minuteOf(events.length, shortTime(from, zone.value), shortTime(from + MINUTE_MS, zone.value))} {data.hasMore && words.minuteMore(events.length)}
      </p>
      <table class="plain stacks">
        <thead>
          <tr>
            <th scope="col">
              {columns.at} <span class="faint">{zone.value}</span>
            </th>
            <th scope="col">{columns.what}</th>
            <th scope="col">{columns.who}</th>
            <th scope="col">{columns.session}</th>
            <th scope="col">{columns.why}</th>
            <th scope="col" class="num">
              {columns.fact}
            </th>
          </tr>
        </thead>
        <tbody>
          {events.map((change) => (
            <Line key={change.seq} change={change} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ change: { seq, at, type, reason, peer, session_id, session } }: { change: Change }) {
  const path = `/console/sessions/${session_id}`;
  const { minuteColumns: columns } = words;
  const why = reason === undefined ? '' : (told.reasons[reason]?.title ?? told.ends[reason] ?? reason);
  return (
    <tr>
      <td class="mono">{exactTime(Date.parse(at), zone.value)}</td>
      <td data-label={columns.what}>{told.kinds[type] ?? type}</td>
      <td data-label={columns.who}>{peer && <a href={`${path}?person=${peer.participant_id}`}>{peer.display_name ?? peer.participant_id.slice(0, 8)}</a>}</td>
      <td data-label={columns.session}>
        <a href={path}>{session.title || words.untitled}</a>
      </td>
      <td class="soft" data-label={columns.why}>
        {why}
      </td>
      <td class="num mono" data-label={columns.fact}>
        #{number(seq)}
      </td>
    </tr>
  );
}
