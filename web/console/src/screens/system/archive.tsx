/** The index of session lists, app by app, and how one is built anew. */
import { useState } from 'preact/hooks';
import { own, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import type { components } from '../../api/sederunt.d.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Problem } from '../../parts/problem.tsx';
import { mayChange } from '../../rights.ts';
import { dateTime, number, spoken } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words as all } from '../../words/system.ts';
import { useEvery } from '../webhook/status.ts';
import { bytes } from './figures.ts';

type Archive = components['schemas']['SystemArchive'];
type OfApp = Archive['apps'][number];

const words = all.archive;
/** Somebody watches it. */
const EVERY_MS = 1_000;

export function Archives() {
  const found = useAsked({ fresh: true, key: ['archive'], ask: (signal) => take(own.GET('/system/archive', { signal })) });
  useEvery(EVERY_MS, () => found.value.data?.running && void found.value.refetch());
  const [chosen, choose] = useState<OfApp>();
  const { data, error, refetch } = found.value;
  const build = async ({ app_id }: OfApp): Promise<void> => {
    await take(own.POST('/system/archive/{app_id}/rebuild', { params: { path: { app_id } } }));
    await refetch();
  };
  return (
    <section class="card wide-table" tabIndex={0} aria-labelledby="archive">
      <h2 id="archive">{words.title}</h2>
      <p class="soft pad">{words.more}</p>
      {error && <Problem error={error} again={() => void refetch()} />}
      <div role="status" class="pad">
        {data && <State archive={data} />}
      </div>
      {data?.apps.length === 0 && <p class="soft pad">{words.none}</p>}
      {data && data.apps.length > 0 && <Table apps={data.apps} busy={data.running != null} choose={choose} />}
      {chosen && (
        <Confirm title={words.confirm(nameOf(chosen))} effects={words.effects} verb={words.rebuild} act={() => build(chosen)} close={() => choose(undefined)} />
      )}
    </section>
  );
}

const nameOf = ({ name, app_id }: OfApp): string => name || app_id;

function State({ archive: { apps, running, last } }: { archive: Archive }) {
  const called = (id: string): string => nameOf(apps.find(({ app_id }) => app_id === id) ?? ({ app_id: id, name: '' } as OfApp));
  if (running) {
    const { app_id, sessions, sessions_all } = running;
    return (
      <p class="progress">
        <progress {...(sessions_all ? { max: sessions_all, value: sessions } : {})} aria-label={words.title} /> {words.running(called(app_id), sessions, sessions_all)}
      </p>
    );
  }
  if (!last) return null;
  const [from, to] = [Date.parse(last.started_at), Date.parse(last.ended_at)];
  return <p class="soft">{last.error == null ? words.built(called(last.app_id), dateTime(to, zone.value), spoken(to - from)) : words.failed(called(last.app_id), last.error)}</p>;
}

function Table({ apps, busy, choose }: { apps: readonly OfApp[]; busy: boolean; choose: (one: OfApp) => void }) {
  const { columns } = words;
  return (
    <table class="plain stacks">
      <thead>
        <tr>
          <th scope="col">{columns.app}</th>
          <th scope="col" class="num">
            {columns.sealed}
          </th>
          <th scope="col" class="num">
            {columns.unsealed}
          </th>
          <th scope="col" class="num">
            {columns.bytes}
          </th>
          <th scope="col">{columns.state}</th>
          {mayChange.value && (
            <th scope="col">
              <span class="sr">{words.rebuild}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {apps.map((one) => (
          <tr key={one.app_id}>
            <th scope="row">{nameOf(one)}</th>
            <td class="num" data-label={columns.sealed}>
              {number(one.sessions_sealed)}
            </td>
            <td class="num" data-label={columns.unsealed}>
              {number(one.sessions_unsealed)}
            </td>
            <td class="num" data-label={columns.bytes}>
              {bytes(one.bytes)}
            </td>
            <td data-label={columns.state}>{one.fault ?? words.well}</td>
            {mayChange.value && (
              <td>
                <button type="button" class="button" disabled={busy} aria-label={words.rebuildOf(nameOf(one))} onClick={() => choose(one)}>
                  {words.rebuild}…
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
