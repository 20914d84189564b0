/** The participants of a meeting: whose links lead there, and making them. */
import { useState } from 'preact/hooks';
import { kit, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import type { components } from '../../api/realtimekit.d.ts';
import { useAct } from '../../parts/act.ts';
import { Confirm, Refusal } from '../../parts/confirm.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Once } from '../../parts/once.tsx';
import { Steps, Waiting } from '../../parts/page.tsx';
import { Problem } from '../../parts/problem.tsx';
import { here, mayChange, mayInvite } from '../../rights.ts';
import { date, number } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words as all } from '../../words/meetings.ts';
import { Add } from './add.tsx';

type Person = components['schemas']['Participant'];
type Meeting = components['schemas']['MeetingListItem'];

const words = all.people;
const PAGE = 50;

/** A link into the meeting page, by the token that a participant has. */
export function joinLink(token: string): string {
  return `${location.origin}/meet?authToken=${encodeURIComponent(token)}`;
}

export function People({ meeting }: { meeting: Meeting }) {
  const [page, setPage] = useState(1);
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<Person>();
  const [link, setLink] = useState<{ name: string; url: string }>();
  const { failed, run } = useAct();
  const path = { ...here(), meeting_id: meeting.id };
  const found = useAsked({
    fresh: true,
    key: ['participants', path.app_id, meeting.id, page],
    keep: true,
    ask: (signal) =>
      take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants', { params: { path, query: { page_no: page, per_page: PAGE } }, signal })),
  });
  const { data, error, refetch } = found.value;
  const nameOf = ({ name, custom_participant_id }: Person): string => name || custom_participant_id || words.nobody;
  const one = ({ id }: Person) => ({ params: { path: { ...path, participant_id: id } } });
  const fresh = async (person: Person): Promise<void> => {
    const made = await take(kit.POST('/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}/token', one(person)));
    setLink({ name: nameOf(person), url: joinLink(made.data.token) });
  };
  return (
    <section aria-labelledby="participants">
      <div class="page-tools">
        <h2 id="participants">
          {words.title} {data && <span class="n">{number(data.paging.total_count)}</span>}
        </h2>
        {mayInvite.value && (
          <button type="button" class="button primary end" onClick={() => setAdding(true)}>
            <Icon name="plus" />
            {words.add}
          </button>
        )}
      </div>
      <Refusal text={failed} />
      {error && <Problem error={error} again={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data && data.data.length === 0 && (
        <div class="card empty">
          <h3>{words.none}</h3>
          <p>{words.noneMore}</p>
        </div>
      )}
      {data && data.data.length > 0 && (
        <div class="card wide-table" tabIndex={0} role="group" aria-label={words.title}>
          <table class="plain stacks">
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.own}</th>
                <th scope="col">{words.preset}</th>
                <th scope="col">
                {words.created} <span class="faint">{zone.value}</span>
              </th>
                <th scope="col">
                  <span class="sr">{words.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.data.map((person) => (
                <tr key={person.id}>
                  <th scope="row">
                    <b>{person.name || words.nobody}</b>
                  </th>
                  <td class="mono own" data-label={words.own}>
                    {person.custom_participant_id || '–'}
                  </td>
                  <td data-label={words.preset}>{person.preset_name}</td>
                  <td data-label={words.created}>{date(Date.parse(person.created_at), zone.value)}</td>
                  <td class="num">
                    {mayInvite.value && (
                      <button type="button" class="button" aria-label={words.freshOf(nameOf(person))} onClick={() => void run(() => fresh(person))}>
                        {words.fresh}
                      </button>
                    )}{' '}
                    {mayChange.value && (
                      <button type="button" class="button" aria-label={words.deleteOf(nameOf(person))} onClick={() => setDeleting(person)}>
                        {words.delete}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {data && <Steps page={page} size={PAGE} total={data.paging.total_count} go={setPage} />}
      {adding && (
        <Add
          meeting={meeting.id}
          close={() => setAdding(false)}
          made={(name, token) => {
            setAdding(false);
            setLink({ name, url: joinLink(token) });
            void refetch();
          }}
        />
      )}
      {link && <Once title={all.link.title(link.name)} label={all.link.label} text={link.url} more={all.link.more} link close={() => setLink(undefined)} />}
      {deleting && (
        <Confirm
          title={words.ask(nameOf(deleting))}
          effects={words.effects(nameOf(deleting))}
          verb={words.deleteOf(nameOf(deleting))}
          act={async () => {
            await take(kit.DELETE('/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}', one(deleting)));
            await refetch();
          }}
          close={() => setDeleting(undefined)}
        />
      )}
    </section>
  );
}
