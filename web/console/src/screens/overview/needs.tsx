/** What needs a look, and by which rules. */
import { useState } from 'preact/hooks';
import { Dialog } from '../../parts/dialog.tsx';
import { spoken, share, time } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/overview.ts';
import { type Finding, RULES } from './look.ts';

interface Props {
  readonly findings: readonly Finding[];
  /** When it was looked for last; undefined = not yet. */
  readonly checked: number | undefined;
  readonly hooksUnknown: boolean;
}

export function Needs({ findings, checked, hooksUnknown }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <section class="card part" aria-labelledby="look">
      <header>
        <h2 id="look">{words.look}</h2>
        <button type="button" class="button quiet" onClick={() => setOpen(true)}>
          {words.how}
        </button>
      </header>
      {findings.length > 0 && (
        <ul class="findings">
          {findings.map((one) => (
            <li key={`${one.kind} ${one.id}`}>
              <Name finding={one} />
              <span class="soft">{said(one)}</span>
            </li>
          ))}
        </ul>
      )}
      {findings.length === 0 && <p class="soft">{checked === undefined ? words.unknown : words.nothing(time(checked, zone.value))}</p>}
      {hooksUnknown && <p class="soft">{words.hooksUnknown}</p>}
      {open && (
        <Dialog title={words.how} close={() => setOpen(false)}>
          <ul class="rules">
            {words.rules(RULES.lostLeast, share(RULES.lostShare, 1), spoken(RULES.longMs), spoken(RULES.emptyMs), spoken(RULES.behindSeconds * 1000), share(RULES.failedShare, 1)).map((rule) => (
              <li key={rule}>{rule}</li>
            ))}
          </ul>
        </Dialog>
      )}
    </section>
  );
}

function Name({ finding: { kind, id, title } }: { finding: Finding }) {
  if (kind.startsWith('hook')) {
    return (
      <b>
        {words.webhook} {title}
      </b>
    );
  }
  return <a href={`/console/sessions/${id}`}>{title || words.untitled}</a>;
}

function said(one: Finding): string {
  switch (one.kind) {
    case 'lost':
      return words.found.lost(one.lost, one.of);
    case 'long':
    case 'empty':
      return words.found[one.kind](one.ms);
    default:
      return words.found[one.kind](one.n);
  }
}
