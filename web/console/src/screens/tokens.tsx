/** API tokens of the account, and who is signed in with them. */
import { useState } from 'preact/hooks';
import { own, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import type { components } from '../api/sederunt.d.ts';
import { Once } from '../parts/once.tsx';
import { Head, New, Waiting } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { mayChange } from '../rights.ts';
import { who } from '../session.ts';
import { date } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/tokens.ts';
import { Create } from './tokens/create.tsx';
import { Revoke } from './tokens/revoke.tsx';
import { SignIns } from './tokens/sign-ins.tsx';
import '../settings.css';

export type Token = components['schemas']['ApiToken'];
export type Made = components['schemas']['ApiTokenMade'];

export default function Tokens() {
  const found = useAsked({ fresh: true, key: ['tokens', who.value?.account_id], ask: async (signal) => (await take(own.GET('/tokens', { signal }))).tokens });
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Made>();
  const [revoking, setRevoking] = useState<Token>();
  const [turn, setTurn] = useState(0);
  const { data, error, refetch } = found.value;
  const again = (): void => {
    setTurn((last) => last + 1);
    void refetch();
  };
  return (
    <>
      <Head title={words.title} n={data?.filter(({ revoked_at }) => !revoked_at).length} />
      <div class="page">
        {mayChange.value ? (
          <div class="page-tools">
            <New text={words.create} act={() => setMaking(true)} />
          </div>
        ) : (
          <p class="notice">{words.looks}</p>
        )}
        {error && <Problem error={error} again={again} />}
        {data ? <Table tokens={data} revoke={setRevoking} /> : !error && <Waiting />}
        <SignIns tokens={data ?? []} turn={turn} changed={again} />
      </div>
      {making && (
        <Create
          close={() => setMaking(false)}
          made={(token) => {
            setMaking(false);
            setMade(token);
            again();
          }}
        />
      )}
      {made && <Once title={words.once.title(made.token.name)} label={words.once.label} text={made.secret} more={words.once.more} close={() => setMade(undefined)} />}
      {revoking && <Revoke token={revoking} close={() => setRevoking(undefined)} revoked={again} />}
    </>
  );
}

function Table({ tokens, revoke }: { tokens: readonly Token[]; revoke: (token: Token) => void }) {
  const [all, setAll] = useState(false);
  const gone = tokens.filter(({ revoked_at }) => revoked_at).length;
  const shown = tokens.filter(({ revoked_at }) => all || !revoked_at);
  return (
    <section class="card wide-table" tabIndex={0} aria-label={words.title}>
      <table class="plain stacks">
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.right}</th>
            <th scope="col">{words.app}</th>
            <th scope="col">
                {words.created} <span class="faint">{zone.value}</span>
              </th>
            <th scope="col" title={words.usedMore}>
              {words.used} <span class="faint">UTC</span>
            </th>
            <th scope="col">{words.open}</th>
            <th scope="col">
              <span class="sr">{words.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((token) => (
            <Row key={token.id} token={token} revoke={() => revoke(token)} />
          ))}
        </tbody>
      </table>
      {gone > 0 && (
        <button type="button" class="button quiet more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? words.hideRevoked : words.showRevoked(gone)}
        </button>
      )}
    </section>
  );
}

function Row({ token, revoke }: { token: Token; revoke: () => void }) {
  const { id, name, permission, server, app_id, created_at, last_used_on, revoked_at, sign_ins, feeds, own: isOwn } = token;
  // One with the right to the server is another's to revoke.
  const mayRevoke = mayChange.value && !revoked_at && (!server || who.value?.token.server);
  return (
    <tr class={revoked_at ? 'gone' : ''}>
      <th scope="row">
        <b>{name || id}</b> <span class="mono faint">{id}</span> {isOwn && <span class="pill">{words.own}</span>}
      </th>
      <td data-label={words.right}>
        {words.rights[permission] ?? permission} {server && <span class="pill">{words.server}</span>}
      </td>
      <td data-label={words.app}>{appName(app_id)}</td>
      <td data-label={words.created}>{date(Date.parse(created_at), zone.value)}</td>
      <td data-label={words.used}>{last_used_on ? date(Date.parse(`${last_used_on}T12:00:00Z`), 'UTC') : <span class="faint">–</span>}</td>
      <td data-label={words.open}>{revoked_at ? words.revokedAt(date(Date.parse(revoked_at), zone.value)) : words.openOf(sign_ins, feeds) || <span class="faint">–</span>}</td>
      <td class="num">
        {mayRevoke && (
          <button type="button" class="button" aria-label={words.revoke.button(name || id)} onClick={revoke}>
            {words.revoke.short}
          </button>
        )}
      </td>
    </tr>
  );
}

function appName(id: string | null | undefined): string {
  if (!id) return '–';
  return who.value?.apps.find((one) => one.id === id)?.name ?? id.slice(0, 8);
}
