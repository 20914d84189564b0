/** All stays of a person, a page at a time. */
import { useState } from 'preact/hooks';
import { own, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import type { components } from '../../api/sederunt.d.ts';
import { Waiting } from '../../parts/page.tsx';
import { Problem } from '../../parts/problem.tsx';
import { dateTime, minutes } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/people.ts';
import { words as sessionWords } from '../../words/session.ts';
import { Pager } from './pager.tsx';
import { PER_PAGE } from './told.ts';

export function Stays({ of, app }: { of: string; app: string }) {
  const [page, setPage] = useState(1);
  const query = { page_no: page, per_page: PER_PAGE };
  const found = useAsked<components['schemas']['PersonStays']>({
    key: ['stays', app, of, page],
    keep: true,
    ask: (signal) => take(own.GET('/apps/{app_id}/people/{key}/stays', { params: { path: { app_id: app, key: of }, query }, signal })),
  });
  const { data, error } = found.value;
  const { stayColumns: columns } = words;
  return (
    <div class="stays">
      <h2 class="section">{words.list}</h2>
      {error && <Problem error={error} again={() => void found.value.refetch()} />}
      {!data && !error && <Waiting />}
      {data && (
        <div class="card over" tabIndex={0} role="region" aria-label={words.list}>
          <table class="plain stacks">
            <thead>
              <tr>
                <th scope="col">{columns.session}</th>
                <th scope="col">
                  {columns.joined} <span class="faint">{zone.value}</span>
                </th>
                <th scope="col">
                  {columns.left} <span class="faint">{zone.value}</span>
                </th>
                <th scope="col" class="num">
                  {columns.minutes}
                </th>
                <th scope="col">{columns.end}</th>
                <th scope="col">{columns.name}</th>
                <th scope="col">{columns.preset}</th>
              </tr>
            </thead>
            <tbody>
              {data.stays.map((stay) => (
                <tr key={`${stay.session_id} ${stay.joined_at} ${stay.participant_id}`}>
                  <th scope="row">
                    <a href={`/console/sessions/${stay.session_id}?person=${stay.participant_id}`}>{stay.title || words.untitled}</a>
                  </th>
                  <td data-label={columns.joined}>{dateTime(Date.parse(stay.joined_at), zone.value)}</td>
                  <td data-label={columns.left}>{stay.left_at ? dateTime(Date.parse(stay.left_at), zone.value) : words.now}</td>
                  <td class="num" data-label={columns.minutes}>
                    {minutes(stay.minutes)}
                  </td>
                  <td class="words" data-label={columns.end}>
                    {stay.reason ? (sessionWords.reasons[stay.reason]?.title ?? stay.reason) : words.stillOpen}
                  </td>
                  <td class="words" data-label={columns.name}>
                    {stay.display_name ?? <span class="faint">{words.erased}</span>}
                  </td>
                  <td data-label={columns.preset}>{stay.preset_name ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {data && <Pager page={page} total={data.total} go={setPage} />}
    </div>
  );
}
