/** What counts: every part of the rule, and the window. All of it is in the address. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import { words } from '../../words/attendance.ts';
import { instant, local } from '../sessions/times.tsx';
import type { Report } from './count.ts';
import type { View } from './url.ts';

interface Props {
  readonly report: Report;
  readonly view: View;
  readonly change: (next: Partial<View>, replace?: boolean) => void;
}

const GAPS = [0, 30, 120, 300];
const LATES = [0, 300, 600, 900, 1800, 86_400];
/** The address follows a slider that rests; browsers refuse more than a few changes a second. */
const RESTS_MS = 150;

/** What is in the address is offered, even when nobody else would. */
function offered(usual: readonly number[], own: number): number[] {
  return [...new Set([...usual, own])].sort((a, b) => a - b);
}

export function Rules({ report, view, change, move }: Props & { move: (share: number) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Threshold share={view.share} move={move} set={(share) => change({ share }, true)} />
      {/* Where there is little room the rest is folded away. */}
      <button type="button" class="button fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {words.more} <Icon name="down" />
      </button>
      <div class={isOpen ? 'rest open' : 'rest'}>
        <Choice label={words.gap} value={view.gap} of={offered(GAPS, view.gap)} text={words.gaps} set={(gap) => change({ gap })} />
        <Choice label={words.late} value={view.late} of={offered(LATES, view.late)} text={words.lates} set={(late) => change({ late })} />
        <Choice label={words.away} value={view.away ? 1 : 0} of={[1, 0]} text={(n) => (n ? words.aways.yes : words.aways.no)} set={(n) => change({ away: n === 1 })} />
        <Choice label={words.absent} value={view.absent ? 1 : 0} of={[0, 1]} text={(n) => (n ? words.absents.yes : words.absents.no)} set={(n) => change({ absent: n === 1, ...(n === 0 && view.verdict === 'absent' ? { verdict: undefined } : {}) })} />
        <div class="rule">
          <span id="rule-presets">{words.presets}</span>
          <Presets report={report} view={view} change={change} />
        </div>
        <div class="rule">
          <span>{view.session_id ? words.window : words.range}</span>
          <Window view={view} change={change} />
        </div>
      </div>
    </>
  );
}

/** The share from which somebody is present. All verdicts follow while it is moved. */
function Threshold({ share, move, set }: { share: number; move: (share: number) => void; set: (share: number) => void }) {
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const moved = (to: number): void => {
    move(to);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => set(to), RESTS_MS);
  };
  return (
    <label class="rule threshold">
      <span>{words.present}</span>
      <span class="row">
        <input type="range" min={0} max={100} step={1} value={share} aria-valuetext={words.percent(share)} onInput={(event) => moved(Number(event.currentTarget.value))} />
        <output>{words.percent(share)}</output>
      </span>
    </label>
  );
}

function Choice({ label, value, of, text, set }: { label: string; value: number; of: readonly number[]; text: (n: number) => string; set: (n: number) => void }) {
  return (
    <label class="rule">
      <span>{label}</span>
      <select class="button" value={String(value)} onChange={(event) => set(Number(event.currentTarget.value))}>
        {of.map((n) => (
          <option key={n} value={String(n)} selected={n === value}>
            {text(n)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Presets({ report, view, change }: Props) {
  const { without } = view;
  // One that nobody has may be in the address all the same.
  const known = report.presets.map(({ name }) => name);
  const all = [...report.presets, ...without.filter((name) => !known.includes(name)).map((name) => ({ name, people: 0 }))];
  const label = (
    <>
      {without.length ? words.presetsSome(without.length) : words.presetsNone} <Icon name="down" />
    </>
  );
  return (
    <Menu class={without.length ? 'button on' : 'button'} label={label} end title={words.presets}>
      {() => (
        <div class="menu" role="group" aria-label={words.presets}>
          {all.map(({ name, people }) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={without.includes(name)}
                onChange={() => change({ without: without.includes(name) ? without.filter((one) => one !== name) : [...without, name] })}
              />
              {words.presetOf(name, people)}
            </label>
          ))}
        </div>
      )}
    </Menu>
  );
}

/** From when until when. */
export function Window({ view, change }: Omit<Props, 'report'>) {
  const isPlanned = Boolean(view.from || view.to);
  const isSession = view.session_id !== undefined;
  const text = isSession ? (isPlanned ? words.windowPlanned : words.windowSession) : isPlanned ? words.rangeSome : words.rangeAll;
  const label = (
    <>
      {text} <Icon name="down" />
    </>
  );
  return (
    <Menu class={isPlanned ? 'button on' : 'button'} label={label} end title={isSession ? words.window : words.range}>
      {(close) => {
        const set = (from: string, to: string): void => {
          change({ from: from || undefined, to: to || undefined });
          close();
        };
        return (
          <form
            class="form"
            onSubmit={(event) => {
              event.preventDefault();
              const data = new FormData(event.currentTarget as HTMLFormElement);
              const [from, to] = [String(data.get('from')), String(data.get('to'))];
              // A lesson ends as its last minute begins; a day's sessions go on to the end of theirs.
              set(instant(from, false), instant(to, !isSession));
            }}
          >
            {isSession && <p class="soft">{words.windowSessionMore}</p>}
            <label>
              {isSession ? words.windowFrom : words.rangeFrom}
              <input name="from" type="datetime-local" defaultValue={local(view.from)} />
            </label>
            <label>
              {isSession ? words.windowTo : words.rangeTo}
              <input name="to" type="datetime-local" defaultValue={local(view.to)} />
            </label>
            <div class="row">
              <button type="button" class="button quiet" onClick={() => set('', '')}>
                {words.clear}
              </button>
              <button type="submit" class="button primary">
                {words.apply}
              </button>
            </div>
          </form>
        );
      }}
    </Menu>
  );
}
