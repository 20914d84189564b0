/** The webhook of a room, which whoever made the room has given it: how its receiver does, and what became of each event. */
import { useRoute } from 'preact-iso';
import { useState } from 'preact/hooks';
import { Failed, kit, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import { useAct } from '../parts/act.ts';
import { Refusal } from '../parts/confirm.tsx';
import { Once } from '../parts/once.tsx';
import { Empty, Waiting, useTitle } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Top } from '../parts/top.tsx';
import { here, mayChange } from '../rights.ts';
import { words as ofMeetings } from '../words/meetings.ts';
import { words } from '../words/webhooks.ts';
import { Deliveries } from './webhook/deliveries.tsx';
import { type Receiver, ofRoom } from './webhook/receiver.ts';
import { Standing } from './webhook/standing.tsx';
import { useStatus } from './webhook/status.ts';
import { Test } from './webhook/test.tsx';
import '../settings.css';

export default function RoomWebhook() {
  const { params } = useRoute();
  const { id = '' } = params as { id?: string };
  const path = { ...here(), meeting_id: id };
  const meeting = useAsked({
    key: ['meeting', path.app_id, id],
    ask: async (signal) => (await take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}', { params: { path }, signal }))).data as { title?: string },
  }).value.data;
  const of = ofRoom(id);
  const { data, error, refetch } = useStatus(of).value;
  useTitle(words.room.title);
  const isMissing = error instanceof Failed && error.status === 404;
  return (
    <>
      <Top>
        <a class="crumb" href={meeting ? `/console/meetings/${id}` : '/console/meetings'}>
          {meeting ? meeting.title || ofMeetings.untitled : ofMeetings.title}
        </a>
        <span class="crumb" aria-hidden="true">
          /
        </span>
        <h1>
          <span class="cut">{words.room.title}</span>
        </h1>
      </Top>
      {isMissing && (
        <Empty main title={words.room.missing}>
          <a class="button" href={`/console/meetings/${id}`}>
            {words.room.back}
          </a>
        </Empty>
      )}
      {error && !isMissing && <Problem error={error} again={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data && (
        <div class="page">
          <section class="card pad">
            <Standing now={data} />
            <p class="soft">{words.room.more}</p>
            {mayChange.value && <Actions of={of} />}
          </section>
          <Deliveries of={of} />
        </div>
      )}
    </>
  );
}

function Actions({ of }: { of: Receiver }) {
  const [testing, setTesting] = useState(false);
  const [secret, setSecret] = useState('');
  const { busy, failed, run } = useAct();
  return (
    <>
      <Refusal text={failed} />
      <div class="actions start">
        <button type="button" class="button" onClick={() => setTesting(true)}>
          {words.test.button}
        </button>
        <button type="button" class="button" disabled={busy} onClick={() => void run(async () => setSecret((await of.secret()).secret))}>
          {words.secret.show}
        </button>
      </div>
      {testing && <Test of={of} close={() => setTesting(false)} />}
      {secret && <Once title={words.room.secret} label={words.secret.title} text={secret} more={words.secret.onceMore} close={() => setSecret('')} />}
    </>
  );
}
