/** What needs a look, and by which rules. */
import { useState } from 'preact/hooks';
import { Dialog } from '../../parts/dialog.tsx';
import { length, spoken, share, time } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/overview.ts';
import { bytes } from '../system/figures.ts';
import { type Finding, type OfServer, RULES } from './look.ts';

interface Props {
  readonly findings: readonly Finding[];
  /** When it was looked for last; undefined = not yet. */
  readonly checked: number | undefined;
  readonly hooksUnknown: boolean;
  /** Whether whoever looks has the right to the server. */
  readonly ofServer: boolean;
  readonly serverUnknown: boolean;
}

export function Needs({ findings, checked, hooksUnknown, ofServer, serverUnknown }: Props) {
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
              {one.kind !== 'more_empty' && <span class="soft">{said(one)}</span>}
            </li>
          ))}
        </ul>
      )}
      {findings.length === 0 && <p class="soft">{checked === undefined ? words.unknown : words.nothing(time(checked, zone.value))}</p>}
      {hooksUnknown && <p class="soft">{words.hooksUnknown}</p>}
      {serverUnknown && <p class="soft">{words.serverUnknown}</p>}
      {open && (
        <Dialog title={words.how} close={() => setOpen(false)}>
          <ul class="rules">
            {rules(ofServer).map((rule) => (
              <li key={rule}>{rule}</li>
            ))}
          </ul>
        </Dialog>
      )}
    </section>
  );
}

function rules(ofServer: boolean): readonly string[] {
  return [
    ...words.rules(RULES.lostLeast, share(RULES.lostShare, 1), spoken(RULES.longMs), spoken(RULES.behindSeconds * 1000), share(RULES.failedShare, 1), RULES.refusedOfApp),
    ...(ofServer ? words.serverRules(share(RULES.diskShare, 1), RULES.diskDays, RULES.certificateDays, RULES.verifiedDays, RULES.refusedLeast) : [words.serverRulesNone]),
  ];
}

const isOfServer = (one: Finding): one is OfServer => one.kind in words.ofServer;

function Name({ finding }: { finding: Finding }) {
  if (isOfServer(finding)) return <a href="/console/system">{words.ofServer[finding.kind]}</a>;
  if (finding.kind === 'refused_of_app') return <b>{words.refusedOfApp}</b>;
  if (finding.kind === 'more_empty') return <a href="/console/sessions?status=LIVE">{words.moreEmpty(finding.n)}</a>;
  const { kind, id, title } = finding;
  if (kind.startsWith('hook')) {
    return (
      <a href={`/console/webhooks/${id}`}>
        {words.webhook} {title}
      </a>
    );
  }
  return <a href={`/console/sessions/${id}`}>{title || words.untitled}</a>;
}

function said(one: Finding): string {
  const { serverFound } = words;
  switch (one.kind) {
    case 'trouble':
      return one.why;
    case 'behind':
      return serverFound.behind;
    case 'never_verified':
      return serverFound.never_verified;
    case 'disk_full':
      return serverFound.disk_full(bytes(one.n), share(one.n, one.of));
    case 'refused':
      return serverFound.refused(one.n, words.causes[one.id] ?? one.id);
    case 'refused_of_app':
      return serverFound.refused(one.n, words.causes[one.id] ?? one.id);
    case 'more_empty':
      return '';
    case 'disk_days':
    case 'set_aside':
    case 'certificate':
    case 'verified':
    case 'differs':
      return serverFound[one.kind](one.n);
    case 'lost':
      return words.found.lost(one.lost, one.of);
    case 'long':
      return words.found.long(one.ms);
    case 'empty':
      return one.left === undefined ? words.found.empty(one.ms) : words.found.ends(length(one.left));
    default:
      return words.found[one.kind](one.n);
  }
}
