/** Who was in sessions of the app: found by name or own id, who came last first. */
import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { own, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import type { components } from '../api/sederunt.d.ts';
import { Waiting } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Search } from '../parts/search.tsx';
import { Top } from '../parts/top.tsx';
import { app } from '../session.ts';
import { dateTime, number } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/people.ts';
import { Pager } from './people/pager.tsx';
import { PER_PAGE, useComing } from './people/told.ts';
import '../numbers.css';

/** The address of a person. */
export function personAt(key: string): string {
  return `/console/people/${encodeURIComponent(key)}`;
}

export default function People() {
  const { url, route } = useLocation();
  const params = new URL(url, location.origin).searchParams;
  const search = params.get('search') ?? '';
  const page = Math.max(1, Math.floor(Number(params.get('page_no') ?? '1')) || 1);
  const id = app.value?.id ?? '';
  const query = { ...(search ? { search } : {}), page_no: page, per_page: PER_PAGE };
  const found = useAsked<components['schemas']['People']>({
    key: ['people', id, query],
    keep: true,
    once: true,
    ask: (signal) => take(own.GET('/apps/{app_id}/people', { params: { path: { app_id: id }, query }, signal })),
  });
  const again = (): void => void found.value.refetch();
  const coming = useComing(found.value.error, found.value.data, again);
  useEffect(() => {
    document.title = `${words.title} · Sederunt`;
    again();
  }, []);
  const go = (text: string, to: number, replace = false): void => {
    const next = new URLSearchParams({ ...(text ? { search: text } : {}), ...(to > 1 ? { page_no: String(to) } : {}) });
    route(`/console/people${next.size ? `?${next}` : ''}`, replace);
  };
  const { data, error } = found.value;
  return (
    <>
      <Top>
        <h1>
          {words.title} {data && <span class="n">{number(data.total)}</span>}
        </h1>
      </Top>
      <div class="bar" role="search">
        <Search text={search} hint={words.search} label={words.searchLabel} send={(text, replace) => go(text, 1, replace)} slash />
      </div>
      {coming ? <Coming error={coming} /> : error && <Problem error={error} again={again} />}
      {!data && !error && !coming && <Waiting rows={6} />}
      {data && data.total === 0 && <Nobody search={search} clear={() => go('', 1)} />}
      {data && data.total > 0 && (
        <div class="numbers" tabIndex={0} role="region" aria-label={words.title}>
          <div class="card over">
            <table class="plain stacks">
              <thead>
                <tr>
                  <th scope="col">{words.columns.name}</th>
                  <th scope="col">{words.columns.own}</th>
                  <th scope="col" class="num">
                    {words.columns.stays}
                  </th>
                  <th scope="col">
                    {words.columns.last} <span class="faint">{zone.value}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.people.map((person) => (
                  <tr key={person.key}>
                    <th scope="row">
                      <a href={personAt(person.key)}>{person.display_name || words.unnamed}</a>
                    </th>
                    <td class="mono own" data-label={words.columns.own}>{person.custom_participant_id ?? person.user_id ?? <span class="faint">{person.participant_id}</span>}</td>
                    <td class="num" data-label={words.columns.stays}>
                      {number(person.stays)}
                    </td>
                    <td data-label={words.columns.last}>{dateTime(Date.parse(person.joined_at), zone.value)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {!data.is_all && <p class="soft">{words.notAll(data.total)}</p>}
          <Pager page={page} total={data.total} go={(to) => go(search, to)} />
        </div>
      )}
    </>
  );
}

/** The index is on its way; how far it is, the server says. */
export function Coming({ error }: { error: Error }) {
  return (
    <p class="notice" role="status">
      {error.message}. {words.making}
    </p>
  );
}

function Nobody({ search, clear }: { search: string; clear: () => void }) {
  return (
    <div class="card empty">
      <h2>{search ? words.noneFound : words.none}</h2>
      <p>{search ? words.noneFoundMore : words.noneMore}</p>
      {search && (
        <button type="button" class="button primary" onClick={clear}>
          {words.clear}
        </button>
      )}
    </div>
  );
}
