/** Which session, or which meeting? */
import { useState } from 'preact/hooks';
import { kit, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import type { Session } from '../../list/columns.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Search } from '../../parts/search.tsx';
import { Top } from '../../parts/top.tsx';
import { app, who } from '../../session.ts';
import { dateTime } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/attendance.ts';

const MOST = 20;

export function Pick() {
  const [search, setSearch] = useState('');
  const path = { account_id: who.value?.account_id ?? '', app_id: app.value?.id ?? '' };
  const found = useAsked<readonly Session[]>({
    key: ['attendance-pick', path.app_id, search],
    keep: true,
    ask: async (signal) => {
      const query = { per_page: MOST, ...(search ? { search } : {}) };
      return (await take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/sessions', { params: { path, query }, signal }))).data.sessions;
    },
  });
  const { data, error, refetch } = found.value;
  return (
    <>
      <Top>
        <h1>{words.title}</h1>
      </Top>
      <section class="card pick">
        <h2>{words.pick}</h2>
        <p class="soft">{words.pickMore}</p>
        <Search text={search} hint={words.pickSearch} label={words.pickSearch} send={setSearch} focus wide />
        {error && <Problem error={error} again={() => void refetch()} />}
        {data && data.length > 0 && <h3 class="faint">{search ? words.pickFound : words.pickLately}</h3>}
        <ul class="pick-list">
          {data?.map((session) => (
            <li key={session.id}>
              <span class="grow">
                <b>{session.meeting_display_name || words.untitled}</b>
                <span class="soft">
                  {dateTime(Date.parse(session.started_at), zone.value)}
                  {session.status === 'LIVE' && <span class="pill live">{words.live}</span>}
                </span>
              </span>
              <a class="button" href={`/console/attendance?session_id=${session.id}`}>
                {words.pickSession}
              </a>
              <a class="button quiet" href={`/console/attendance?meeting_id=${session.associated_id}`}>
                {words.pickMeeting}
              </a>
            </li>
          ))}
        </ul>
        {data?.length === 0 && (
          <div class="empty">
            <h2>{search ? words.pickNone : words.pickNever}</h2>
            {!search && <p>{words.pickNeverMore}</p>}
          </div>
        )}
      </section>
    </>
  );
}
