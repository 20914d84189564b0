/** The apps of the account: which there are, what they have, and which one is looked at. */
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { kit, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import { CopyId } from '../parts/copy.tsx';
import { Form, NameField } from '../parts/form.tsx';
import { Empty, Head, New, Steps, Waiting } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { mayChange } from '../rights.ts';
import { app, choose, look, who } from '../session.ts';
import { date, number } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/apps.ts';
import '../settings.css';

/** Each row asks for two numbers more. */
const PAGE = 20;

interface App {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
}

export default function Apps() {
  const account = who.value?.account_id ?? '';
  const [page, setPage] = useState(1);
  const [making, setMaking] = useState(false);
  const found = useAsked({
    fresh: true,
    key: ['apps', account, page],
    keep: true,
    ask: (signal) => take(kit.GET('/accounts/{account_id}/realtime/kit/apps', { params: { path: { account_id: account }, query: { page_no: page, per_page: PAGE } }, signal })),
  });
  const { data, error, refetch } = found.value;
  return (
    <>
      <Head title={words.title} n={data?.paging.total_count} />
      <div class="page">
        {mayChange.value && (
          <div class="page-tools">
            <New text={words.create} act={() => setMaking(true)} />
          </div>
        )}
        {error && <Problem error={error} again={() => void refetch()} />}
        {!data && !error && <Waiting />}
        {data && data.data.length === 0 && <Empty title={words.none} more={words.noneMore} />}
        {data && data.data.length > 0 && <Table apps={data.data} />}
        {data && <Steps page={page} size={PAGE} total={data.paging.total_count} go={setPage} />}
      </div>
      {making && (
        <Create
          account={account}
          close={() => setMaking(false)}
          made={async (id) => {
            await look();
            choose(id);
            void refetch();
          }}
        />
      )}
    </>
  );
}

function Table({ apps }: { apps: readonly App[] }) {
  return (
    <section class="card wide-table" tabIndex={0} aria-label={words.title}>
      <table class="plain stacks">
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.id}</th>
            <th scope="col">
                {words.created} <span class="faint">{zone.value}</span>
              </th>
            <th scope="col" class="num">
              {words.sessions}
            </th>
            <th scope="col" class="num">
              {words.live}
            </th>
            <th scope="col">
              <span class="sr">{words.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {apps.map((one) => (
            <Row key={one.id} one={one} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ one: { id, name, created_at } }: { one: App }) {
  const { route } = useLocation();
  const [all, live] = [useSessions(id, {}), useSessions(id, { status: 'LIVE' as const })];
  const isCurrent = app.value?.id === id;
  return (
    <tr>
      <th scope="row">
        <b>{name}</b> {isCurrent && <span class="pill">{words.current}</span>}
      </th>
      <td data-label={words.id}>
        <CopyId id={id} what={words.id} />
      </td>
      <td data-label={words.created}>{date(Date.parse(created_at), zone.value)}</td>
      <td class="num" data-label={words.sessions}>
        {all === undefined ? '' : number(all)}
      </td>
      <td class="num" data-label={words.live}>
        {live ? (
          <span class="pill live" title={words.liveNow(live)}>
            {number(live)}
          </span>
        ) : (
          (live ?? '')
        )}
      </td>
      <td class="num">
        {!isCurrent && (
          <button
            type="button"
            class="button"
            aria-label={words.lookAt(name)}
            onClick={() => {
              // One that is not among those of the sign-in cannot be chosen: there are a hundred of them.
              choose(id);
              route('/console/sessions');
            }}
          >
            {words.look}
          </button>
        )}
      </td>
    </tr>
  );
}

/** How many sessions there are of an app. */
function useSessions(id: string, filter: { status?: 'LIVE' }): number | undefined {
  const path = { account_id: who.value?.account_id ?? '', app_id: id };
  const found = useAsked({
    fresh: true,
    key: ['app-sessions', id, filter],
    ask: async (signal) => (await take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/sessions', { params: { path, query: { ...filter, per_page: 1 } }, signal }))).paging.total_count,
  });
  return found.value.data;
}

function Create({ account, close, made }: { account: string; close: () => void; made: (id: string) => Promise<void> }) {
  const [name, setName] = useState('');
  const text = words.dialog;
  const send = async (): Promise<void> => {
    const answer = await take(kit.POST('/accounts/{account_id}/realtime/kit/apps', { params: { path: { account_id: account } }, body: { name: name.trim() } }));
    await made(answer.data.app.id);
    close();
  };
  return (
    <Form title={text.title} verb={text.make} send={send} close={close}>
      <NameField label={text.name} value={name} set={setName} />
      <p class="soft">{text.more}</p>
    </Form>
  );
}
