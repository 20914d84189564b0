/** Every meeting of the app: found, made, and opened. */
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { kit, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import { state } from '../feed/hub.ts';
import { CopyId } from '../parts/copy.tsx';
import { Form, NameField } from '../parts/form.tsx';
import { Empty, Head, New, Steps, Waiting } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Search } from '../parts/search.tsx';
import { here, mayChange } from '../rights.ts';
import { date } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/meetings.ts';
import '../settings.css';

const PAGE = 50;
const STATES = { '': words.all, ACTIVE: words.open, INACTIVE: words.closed } as const;

export default function Meetings() {
  const { url, route } = useLocation();
  const asked = new URL(url, location.origin).searchParams;
  const [search, status, page] = [asked.get('search') ?? '', asked.get('status') ?? '', Math.max(1, Number(asked.get('page_no') ?? 1) || 1)];
  const path = here();
  const query = { ...(search && { search }), ...(status && { status }), page_no: page, per_page: PAGE };
  const found = useAsked({
    fresh: true,
    key: ['meetings', path.app_id, query],
    keep: true,
    ask: (signal) => take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/meetings', { params: { path, query: query as never }, signal })),
  });
  const { data, error, refetch } = found.value;
  const go = (next: Record<string, string>, replace = false): void => {
    const all = Object.entries({ search, status, ...next }).filter(([, value]) => value);
    const text = new URLSearchParams(all).toString();
    route(`/console/meetings${text && `?${text}`}`, replace);
  };
  // In the address, so that other pages lead there.
  const isMaking = asked.has('new') && mayChange.value;
  const total = data?.paging.total_count;
  const filtered = Boolean(search || status);
  return (
    <>
      <Head live title={words.title} n={total} />
      <div class="page">
        <div class="page-tools">
          <Search text={search} hint={words.search} label={words.searchLabel} send={(text, replace) => go({ search: text }, replace)} />
          <div class="segments" role="group" aria-label={words.state}>
            {Object.entries(STATES).map(([value, text]) => (
              <button key={value} type="button" aria-pressed={status === value} onClick={() => go({ status: value })}>
                {text}
              </button>
            ))}
          </div>
          <New text={words.create} act={() => go({ new: '1' }, true)} />
        </div>
        {error && <Problem error={error} again={() => void refetch()} />}
        {!data && !error && <Waiting />}
        {total === 0 && !filtered && <Empty title={words.none} more={words.noneMore} />}
        {total === 0 && filtered && (
          <Empty title={words.noneFound} more={words.noneFoundMore}>
            <button type="button" class="button" onClick={() => route('/console/meetings')}>
              {words.clear}
            </button>
          </Empty>
        )}
        {data && data.data.length > 0 && <Table meetings={data.data} />}
        {total !== undefined && <Steps page={page} size={PAGE} total={total} go={(to) => go({ page_no: String(to) })} />}
      </div>
      {isMaking && <Create close={() => go({}, true)} made={(id) => route(`/console/meetings/${id}`)} />}
    </>
  );
}

interface Meeting {
  readonly id: string;
  readonly title?: string | null;
  readonly status?: string;
  readonly created_at: string;
}

/** People in the LIVE session of each meeting. */
function inside(): Map<string, number> {
  const found = new Map<string, number>();
  for (const { meeting, numbers } of state.value.sessions.values()) {
    if (numbers.status === 'LIVE') found.set(meeting, numbers.live_participants);
  }
  return found;
}

function Table({ meetings }: { meetings: readonly Meeting[] }) {
  const people = inside();
  return (
    <section class="card wide-table" tabIndex={0} aria-label={words.title}>
      <table class="plain stacks">
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.state}</th>
            <th scope="col">{words.id}</th>
            <th scope="col">
                {words.created} <span class="faint">{zone.value}</span>
              </th>
          </tr>
        </thead>
        <tbody>
          {meetings.map(({ id, title, status, created_at }) => {
            const now = people.get(id);
            return (
              <tr key={id}>
                <th scope="row">
                  <a href={`/console/meetings/${id}`}>{title || words.untitled}</a>
                </th>
                <td data-label={words.state}>
                  {status === 'INACTIVE' ? words.closed : words.open} {now !== undefined && <span class="pill live">{words.liveNow(now)}</span>}
                </td>
                <td data-label={words.id}>
                  <CopyId id={id} what={words.id} />
                </td>
                <td data-label={words.created}>{date(Date.parse(created_at), zone.value)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Create({ close, made }: { close: () => void; made: (id: string) => void }) {
  const [title, setTitle] = useState('');
  const send = async (): Promise<void> => {
    const answer = await take(kit.POST('/accounts/{account_id}/realtime/kit/{app_id}/meetings', { params: { path: here() }, body: { title: title.trim() } }));
    close();
    made(answer.data.id);
  };
  return (
    <Form title={words.dialog.title} verb={words.dialog.make} send={send} close={close}>
      <NameField label={words.dialog.name} value={title} set={setTitle} />
    </Form>
  );
}
