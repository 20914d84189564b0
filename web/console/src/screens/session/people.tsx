/** The plain form of the timeline: a table. */
import { useState } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { app } from '../../session.ts';
import { dayAt } from '../../time/days.ts';
import { dateTime, length, number, share, spoken, time as clock } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/session.ts';
import { type Lane, type Stay, choose, inRoom, nameOf, until } from './model.ts';
import type { Shown } from './told.ts';

/** Milliseconds of a stay without a connection, within the grace. */
function away(stays: readonly Stay[], now: number): number {
  return stays.flatMap((stay) => stay.away).reduce((sum, { from, to }) => sum + (to ?? Math.min(now, from)) - from, 0);
}

export function People({ told, lanes, now, person, show }: Shown) {
  const [find, setFind] = useState('');
  const [byStay, setByStay] = useState(false);
  const found = choose(lanes, { find, only: 'all', order: 'first' }, now);
  const whole = (told.session.ended_at ?? now) - told.session.started_at;
  const rows: { lane: Lane; stays: readonly Stay[] }[] = byStay
    ? found.flatMap((lane) => lane.stays.map((stay) => ({ lane, stays: [stay] })))
    : found.map((lane) => ({ lane, stays: lane.stays }));
  const { table } = words;
  // The day is above, unless it is another one.
  const day = dayAt(zone.value, told.session.started_at);
  const when = (at: number): string => (dayAt(zone.value, at) === day ? clock(at, zone.value) : dateTime(at, zone.value));
  return (
    <div class="card scrolls" tabIndex={0} role="region" aria-label={words.tabs['people']}>
      <div class="tools">
        <label class="field find">
          <Icon name="search" />
          <input type="search" placeholder={words.find} aria-label={words.find} onInput={(event) => setFind(event.currentTarget.value)} />
        </label>
        <div class="segments" role="group" aria-label={words.tabs['people']}>
          <button type="button" aria-pressed={!byStay} onClick={() => setByStay(false)}>
            {words.perPerson}
          </button>
          <button type="button" aria-pressed={byStay} onClick={() => setByStay(true)}>
            {words.perStay}
          </button>
        </div>
        <a class="button" download target="_self" href={`/sederunt/v1/apps/${encodeURIComponent(app.value?.id ?? '')}/sessions/${told.session.id}/stays.csv?tz=${encodeURIComponent(zone.value)}`}>
          {words.csv}
        </a>
      </div>
      <table class="plain stacks">
        <thead>
          <tr>
            <th scope="col">{table.name}</th>
            <th scope="col">{table.own}</th>
            <th scope="col">{table.preset}</th>
            <th scope="col">
              {table.first} <span class="faint">{zone.value}</span>
            </th>
            <th scope="col">
              {table.last} <span class="faint">{zone.value}</span>
            </th>
            {!byStay && <th class="num">{table.stays}</th>}
            <th class="num">{table.away}</th>
            <th class="num">{table.time}</th>
            <th class="num">{table.share}</th>
            <th scope="col">{table.end}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ lane, stays }) => {
            const [first, last] = [stays[0], stays.at(-1)];
            if (!first || !last) return null;
            const time = byStay ? until(last, now) - last.joined_at : inRoom(lane, now);
            const { person: who } = lane;
            return (
              <tr key={first.joined_seq} class={who.id === person ? 'chosen' : ''}>
                <td>
                  <button type="button" class="link" onClick={() => show(who.id)}>
                    {nameOf(who)}
                  </button>
                </td>
                <td class="mono own" data-label={table.own}>
                  {who.custom_participant_id ?? who.user_id ?? ''}
                </td>
                <td data-label={table.preset}>{who.preset_name ?? ''}</td>
                <td class="words" data-label={table.first}>
                  {when(first.joined_at)}
                </td>
                <td class="words" data-label={table.last}>
                  {last.left_at === undefined ? words.now : when(last.left_at)}
                </td>
                {!byStay && (
                  <td class="num" data-label={table.stays}>
                    {number(stays.length)}
                  </td>
                )}
                <td class="num" data-label={table.away}>
                  {away(stays, now) ? spoken(away(stays, now)) : '–'}
                </td>
                <td class="num" data-label={table.time}>
                  {length(time)}
                </td>
                <td class="num" data-label={table.share}>
                  {share(time, whole)}
                </td>
                <td class="words" data-label={table.end}>
                  {last.reason ? (words.reasons[last.reason]?.title ?? last.reason) : words.stillOpen}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
