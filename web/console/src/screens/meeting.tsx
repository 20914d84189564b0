/** One meeting: its title, whether people may come in, who is in it now, and whose links lead there. */
import { useRoute } from 'preact-iso';
import { useState } from 'preact/hooks';
import { Failed, kit, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import type { components } from '../api/realtimekit.d.ts';
import { state } from '../feed/hub.ts';
import { useAct } from '../parts/act.ts';
import { Refusal } from '../parts/confirm.tsx';
import { CopyId } from '../parts/copy.tsx';
import { Icon } from '../parts/icon.tsx';
import { Empty, Waiting, useTitle } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Top } from '../parts/top.tsx';
import { has, here, mayChange } from '../rights.ts';
import { dateTime, offset } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/meetings.ts';
import { words as common } from '../words/parts.ts';
import { words as ofWebhooks } from '../words/webhooks.ts';
import { People } from './meeting/people.tsx';
import { End } from './session/end.tsx';
import { ofRoom } from './webhook/receiver.ts';
import { StatePill } from './webhook/standing.tsx';
import '../settings.css';

type Meeting = components['schemas']['MeetingListItem'];
type Fields = components['schemas']['MeetingFields'];

export default function MeetingScreen() {
  const { params } = useRoute();
  const { id = '' } = params as { id?: string };
  const path = { ...here(), meeting_id: id };
  const found = useAsked({
    fresh: true,
    key: ['meeting', path.app_id, id],
    ask: async (signal) => (await take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}', { params: { path }, signal }))).data as Meeting,
  });
  const { data, error, refetch } = found.value;
  const title = data?.title || words.untitled;
  useTitle(data ? title : words.title);
  const change = async (body: Fields): Promise<void> => {
    await take(kit.PATCH('/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}', { params: { path }, body }));
    await refetch();
  };
  const isMissing = error instanceof Failed && error.status === 404;
  return (
    <>
      <Top live>
        <a class="crumb" href="/console/meetings">
          {words.title}
        </a>
        {data && (
          <span class="crumb" aria-hidden="true">
            /
          </span>
        )}
        {data && <Title key={data.title} title={title} save={(to) => change({ title: to })} />}
      </Top>
      {isMissing && (
        <Empty main title={words.missing}>
          <a class="button" href="/console/meetings">
            {words.back}
          </a>
        </Empty>
      )}
      {error && !isMissing && <Problem error={error} again={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data && (
        <div class="page">
          <div class="cards">
            <About meeting={data} />
            <Door meeting={data} change={change} />
            <Now meeting={data} />
          </div>
          {has('webhooks') && <Webhook id={id} />}
          <People meeting={data} />
        </div>
      )}
    </>
  );
}

/** The title, which becomes a field where it stands. */
function Title({ title, save }: { title: string; save: (title: string) => Promise<void> }) {
  const [text, setText] = useState<string>();
  const { busy, failed, run } = useAct();
  if (text === undefined) {
    return (
      <h1>
        <span class="cut">{title}</span>
        {mayChange.value && (
          <button type="button" class="button quiet square" title={words.edit.change} aria-label={words.edit.change} onClick={() => setText(title)}>
            <Icon name="pen" />
          </button>
        )}
      </h1>
    );
  }
  return (
    <form
      class="title-form"
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => save(text.trim())).then((done) => done && setText(undefined));
      }}
      onKeyDown={(event) => event.key === 'Escape' && setText(undefined)}
    >
      <h1 class="sr">{title}</h1>
      <label class="field">
        <input autofocus required maxLength={256} aria-label={words.edit.title} title={words.edit.note} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button primary" disabled={busy}>
        {words.edit.save}
      </button>
      <button type="button" class="button" onClick={() => setText(undefined)}>
        {common.cancel}
      </button>
      <Refusal text={failed} />
    </form>
  );
}

function About({ meeting: { id, created_at, session_keep_alive_time_in_secs: seconds } }: { meeting: Meeting }) {
  return (
    <section class="card pad">
      <h2>{words.settings}</h2>
      <dl class="facts">
        <dt>{words.id}</dt>
        <dd>
          <CopyId id={id} what={words.id} />
        </dd>
        <dt>{words.created}</dt>
        <dd>
          {dateTime(Date.parse(created_at), zone.value)} <span class="faint">{offset(zone.value, Date.parse(created_at))}</span>
        </dd>
      </dl>
      <p class="soft">{words.keepAlive(seconds)}</p>
      <a href={`/console/sessions?associated_id=${id}`}>{words.sessions}</a>
    </section>
  );
}

/** Whether people may come in. Closing ends nothing, so nobody is asked twice. */
function Door({ meeting: { status }, change }: { meeting: Meeting; change: (body: Fields) => Promise<void> }) {
  const { busy, failed, run } = useAct();
  const isOpen = status === 'ACTIVE';
  return (
    <section class="card pad">
      <h2>{words.door.label}</h2>
      <p>
        <span class={isOpen ? 'pill good' : 'pill'}>{isOpen ? words.door.open : words.door.closed}</span>
      </p>
      <p class="soft">{isOpen ? words.door.openMore : words.door.closedMore}</p>
      {mayChange.value && (
        <button type="button" class="button" disabled={busy} onClick={() => void run(() => change({ status: isOpen ? 'INACTIVE' : 'ACTIVE' }))}>
          {isOpen ? words.door.close : words.door.reopen}
        </button>
      )}
      <Refusal text={failed} />
    </section>
  );
}

/** That of a room which was made with one; a meeting has none. */
function Webhook({ id }: { id: string }) {
  const of = ofRoom(id);
  const { data } = useAsked({ fresh: true, key: ['webhook-status', of.key], ask: of.status }).value;
  if (!data) return null;
  return (
    <section class="card pad beside" aria-labelledby="room-webhook">
      <h2 id="room-webhook">{ofWebhooks.room.title}</h2>
      <p>
        <StatePill status={data} />
      </p>
      <a href={`/console/meetings/${id}/webhook`}>{ofWebhooks.room.open}</a>
    </section>
  );
}

/** Its LIVE session, as the feed tells of it. */
function Now({ meeting: { id, title } }: { meeting: Meeting }) {
  const [ending, setEnding] = useState(false);
  const session = [...state.value.sessions.values()].find(({ meeting, numbers }) => meeting === id && numbers.status === 'LIVE');
  const people = session?.numbers.live_participants ?? 0;
  return (
    <section class="card pad">
      <h2>{words.live}</h2>
      {session ? (
        <>
          <p>
            <a class="pill live" href={`/console/sessions/${session.id}`}>
              {words.liveNow(people)}
            </a>
          </p>
          <p class="soft">
            {words.since(dateTime(Date.parse(session.numbers.started_at), zone.value))} <span class="faint">{offset(zone.value, Date.parse(session.numbers.started_at))}</span>
          </p>
          {mayChange.value && people > 0 && (
            <button type="button" class="button" onClick={() => setEnding(true)}>
              {words.end.short}
            </button>
          )}
        </>
      ) : (
        <p class="soft">{words.quiet}</p>
      )}
      {ending && <End meeting={id} title={title || words.untitled} people={people} close={() => setEnding(false)} />}
    </section>
  );
}
