/** One person over all sessions of the app. */
import { useRoute } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { Failed, own, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import type { components } from '../api/sederunt.d.ts';
import { fits } from '../parts/fits.ts';
import { Waiting } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Top } from '../parts/top.tsx';
import { app } from '../session.ts';
import { date, minutes, number, offset, rate, time } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/people.ts';
import { Coming, personAt } from './people.tsx';
import { Presence } from './people/presence.tsx';
import { Stays } from './people/stays.tsx';
import { useComing } from './people/told.ts';
import '../numbers.css';

export type PersonTold = components['schemas']['Person'];

const HOUR_MINUTES = 60;

export default function Person() {
  const { params } = useRoute();
  const key = (params as { key?: string }).key ?? '';
  const id = app.value?.id ?? '';
  const found = useAsked<PersonTold>({
    key: ['person', id, key, zone.value],
    keep: true,
    once: true,
    ask: (signal) => take(own.GET('/apps/{app_id}/people/{key}', { params: { path: { app_id: id, key }, query: { tz: zone.value } }, signal })),
  });
  const again = (): void => void found.value.refetch();
  const coming = useComing(found.value.error, found.value.data, again);
  const { data, error } = found.value;
  const name = data?.names[0] || (data ? words.unnamed : key);
  useEffect(() => {
    document.title = `${name} · Sederunt`;
  }, [name]);
  // Whoever comes back may find more than the last time.
  useEffect(() => again(), [key]);
  const losses = useAsked({ key: ['losses', id], ask: (signal) => take(own.GET('/apps/{app_id}/losses', { params: { path: { app_id: id } }, signal })) });
  const isMissing = error instanceof Failed && error.status === 404;
  return (
    <>
      <Top>
        <a class="crumb" href="/console/people">
          {words.title}
        </a>
        <span class="crumb" aria-hidden="true">
          /
        </span>
        <h1>
          <span class="cut">{isMissing ? key : name}</span>
        </h1>
        {data && data.open > 0 && <span class="pill live">{words.open}</span>}
      </Top>
      {isMissing && (
        <div class="card empty">
          <h2>{words.missing}</h2>
          <a class="button" href="/console/people">
            {words.back}
          </a>
        </div>
      )}
      {coming ? <Coming error={coming} /> : error && !isMissing && <Problem error={error} again={again} />}
      {!data && !error && !coming && <Waiting />}
      {data && !isMissing && (
        <div class="numbers" tabIndex={0} role="region" aria-label={name}>
          <Who told={data} />
          <Figures told={data} median={losses.value.data?.median_per_hour ?? undefined} />
          <Presence told={data} />
          <Stays key={key} of={key} app={id} />
        </div>
      )}
    </>
  );
}

/** By which ids the person is known, and the others by which more is found. */
function Who({ told }: { told: PersonTold }) {
  const own_ = told.custom_participant_id ?? told.user_id;
  const others = told.names.slice(1);
  return (
    <p class="who soft">
      <span class="mono">{told.key}</span>
      {others.length > 0 && <span>{words.names(others)}</span>}
      {own_ && own_ !== told.key && <a href={personAt(own_)}>{words.otherIds(own_)}</a>}
      {!told.is_all && <span>{words.notAllStays(told.stays)}</span>}
    </p>
  );
}

/** Losses an hour of presence, beside what half of the people do not exceed. */
function lostRate({ lost, minutes: there }: PersonTold, median: number | undefined): string {
  const own_ = words.perHour(rate((lost / there) * HOUR_MINUTES));
  return median === undefined ? own_ : words.beside(own_, rate(median));
}

function Figures({ told, median }: { told: PersonTold; median: number | undefined }) {
  const { figures } = words;
  const each = (n: number): string => minutes(told.minutes / Math.max(1, n));
  const at = (text: string): { value: string; more: string; isDay: boolean } => ({
    value: date(Date.parse(text), zone.value),
    more: `${time(Date.parse(text), zone.value)} ${offset(zone.value, Date.parse(text))}`,
    isDay: true,
  });
  const shown: { name: string; value: string; more: string; isDay?: boolean }[] = [
    { name: figures.minutes, value: minutes(told.minutes), more: words.perSession(each(told.sessions)) },
    { name: figures.sessions, value: number(told.sessions), more: '' },
    { name: figures.stays, value: number(told.stays), more: words.perStay(each(told.stays)) },
    { name: figures.lost, value: number(told.lost), more: told.minutes > 0 ? lostRate(told, median) : '' },
    { name: figures.first, ...at(told.first_joined_at) },
    { name: figures.last, ...at(told.last_joined_at) },
  ];
  return (
    <dl class="figs">
      {shown.map(({ name, value, more, isDay }) => (
        <div key={name} class="card">
          <dt>{name}</dt>
          <dd class={isDay ? 'fig day' : 'fig'} ref={fits(value)}>
            {value}
          </dd>
          <dd class="soft">{more || '\u00a0'}</dd>
        </div>
      ))}
    </dl>
  );
}
