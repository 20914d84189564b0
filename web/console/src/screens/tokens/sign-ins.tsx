/** Who is signed in at the console, and signing others out. */
import { useState } from 'preact/hooks';
import { own, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import type { components } from '../../api/sederunt.d.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Waiting } from '../../parts/page.tsx';
import { Problem } from '../../parts/problem.tsx';
import { mayInvite } from '../../rights.ts';
import { look } from '../../session.ts';
import { dateTime } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words as all } from '../../words/tokens.ts';
import type { Token } from '../tokens.tsx';

type SignIn = components['schemas']['ConsoleSignedIn'];

export function SignIns({ tokens, turn, changed }: { tokens: readonly Token[]; turn: number; changed: () => void }) {
  const words = all.signIns;
  const found = useAsked({ fresh: true, key: ['sign-ins', turn], keep: true, ask: async (signal) => (await take(own.GET('/console/sessions', { signal }))).sessions });
  const [leaving, setLeaving] = useState<SignIn>();
  const { data, error, refetch } = found.value;
  const nameOf = (id: string): string => tokens.find((token) => token.id === id)?.name || id;
  const when = (at: string): string => dateTime(Date.parse(at), zone.value);
  return (
    <section class="card wide-table" tabIndex={0} aria-labelledby="sign-ins">
      <h2 id="sign-ins">{words.title}</h2>
      {error && <Problem error={error} again={() => void refetch()} />}
      {!data && !error && <Waiting rows={2} />}
      {data && (
        <table class="plain stacks">
          <thead>
            <tr>
              <th scope="col">{words.browser}</th>
              <th scope="col">{words.token}</th>
              <th scope="col">
                {words.since} <span class="faint">{zone.value}</span>
              </th>
              <th scope="col">
                {words.seen} <span class="faint">{zone.value}</span>
              </th>
              <th scope="col">
                <span class="sr">{all.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  <b>{one.browser || words.unknown}</b> {one.own && <span class="pill">{words.here}</span>} {one.look_only && <span class="pill">{words.looks}</span>}
                </th>
                <td data-label={words.token}>{nameOf(one.token_id)}</td>
                <td data-label={words.since}>{when(one.created_at)}</td>
                <td data-label={words.seen}>{when(one.last_seen_at)}</td>
                <td class="num">
                  {mayInvite.value && !one.own && (
                    <button type="button" class="button" aria-label={words.outOf(one.browser || words.unknown)} onClick={() => setLeaving(one)}>
                      {words.out}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {leaving && (
        <Confirm
          title={words.ask(leaving.browser || words.unknown)}
          effects={words.effects(nameOf(leaving.token_id))}
          verb={words.outOf(leaving.browser || words.unknown)}
          act={async () => {
            await take(own.DELETE('/console/sessions/{sign_in_id}', { params: { path: { sign_in_id: leaving.id } } }));
            changed();
            await look();
          }}
          close={() => setLeaving(undefined)}
        />
      )}
    </section>
  );
}
