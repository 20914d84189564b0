/** "What happened to Grace?" */
import { useEffect, useRef, useState } from 'preact/hooks';
import { CopyId } from '../../parts/copy.tsx';
import { Icon } from '../../parts/icon.tsx';
import { mayChange } from '../../rights.ts';
import { who } from '../../session.ts';
import { exactTime, number, share, spoken } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/session.ts';
import { RemoveButton } from './end.tsx';
import { type Lane, inRoom, nameOf } from './model.ts';
import { asText, story } from './story.ts';
import type { Told } from './told.ts';

export function Story({ lane, told, now, close }: { lane: Lane; told: Told; now: number; close: () => void }) {
  const { person, stays } = lane;
  const { session } = told;
  const [copied, setCopied] = useState(false);
  const isInside = session.status === 'LIVE' && stays.some(({ left_at }) => left_at === undefined);
  const own = useRef<HTMLElement>(null);
  useEffect(() => own.current?.scrollTo({ top: 0 }), [person.id]);
  const steps = story(lane, who.value?.reconnect_grace_ms ?? 0);
  const time = inRoom(lane, now);
  const part = share(time, (session.ended_at ?? now) - session.started_at);
  const sentence = words.sentence(spoken(time), part, stays.length);
  const copy = async (): Promise<void> => {
    const text = asText(nameOf(person), sentence, steps, (at) => exactTime(at, zone.value));
    await navigator.clipboard.writeText(`${text}\n${zone.value} · session ${session.id}`);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <aside class="card story" ref={own} aria-label={nameOf(person)} tabIndex={0} onKeyDown={(event) => event.key === 'Escape' && close()}>
      <header>
        <h2>{nameOf(person)}</h2>
        <button type="button" class="button quiet square" aria-label={words.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <p class="story-ids">
        {(person.custom_participant_id ?? person.user_id) && <span class="mono soft">{person.custom_participant_id ?? person.user_id}</span>}
        <CopyId id={person.id} what={words.participantId} />
      </p>
      <p class="story-sum">{sentence}</p>
      <ol class="steps">
        {steps.map(({ at, seq, sign, title, more, stay }) => (
          <li key={seq} class={`step ${sign}`}>
            <time class="mono" dateTime={new Date(at).toISOString()}>
              {exactTime(at, zone.value)}
            </time>
            <span class="step-what">
              <b>{title}</b>
              {more && <span class="soft">{more}</span>}
              {stay !== undefined && <span class="faint">{words.sumOfStay(spoken(stay))}</span>}
            </span>
            <span class="mono step-fact" title={`${words.events.fact} ${seq}`}>
              #{number(seq)}
            </span>
          </li>
        ))}
      </ol>
      <footer>
        <button type="button" class="button" onClick={() => void copy()}>
          <Icon name="copy" /> {copied ? words.copied : words.copyText}
        </button>
        <a class="button quiet" href={`/console/people/${encodeURIComponent(person.custom_participant_id ?? person.user_id ?? person.id)}`}>
          {words.allStays}
        </a>
        {isInside && mayChange.value && <RemoveButton meeting={session.meeting_id} participant={person.id} name={nameOf(person)} />}
        <a class="button quiet" href={`/console/sessions?associated_id=${session.meeting_id}`}>
          {words.allSessions}
        </a>
      </footer>
    </aside>
  );
}
