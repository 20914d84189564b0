/** The server itself: its ledger, its disk, its settings, and whether the record is intact. */
import type { ComponentChildren } from 'preact';
import { own, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import type { components } from '../api/sederunt.d.ts';
import { Waiting, useTitle } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Top } from '../parts/top.tsx';
import { dateTime, number, offset } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/system.ts';
import { bytes, left, milliseconds } from './system/figures.ts';
import { Archives } from './system/archive.tsx';
import { Settings } from './system/settings.tsx';
import { Verify } from './system/verify.tsx';
import { useEvery } from './webhook/status.ts';
import '../settings.css';

type System = components['schemas']['System'];

/** As often as a number changes that somebody can read. */
const EVERY_MS = 5_000;

export default function SystemScreen() {
  useTitle(words.title);
  const found = useAsked({ fresh: true, key: ['system'], ask: (signal) => take(own.GET('/system', { signal })) });
  useEvery(EVERY_MS, () => void found.value.refetch());
  const { data, error, refetch } = found.value;
  return (
    <>
      <Top>
        <h1>{words.title}</h1>
      </Top>
      <div class="page">
        {error && <Problem error={error} again={() => void refetch()} />}
        {!data && !error && <Waiting />}
        {data && (
          <>
            {data.ledger.trouble && (
              <p class="notice bad" role="alert">
                {data.ledger.trouble}.
              </p>
            )}
            {data.ledger.behind && <p class="notice">{words.behind}</p>}
            <div class="cards">
              <Ledger ledger={data.ledger} />
              <Disk disk={data.disk ?? undefined} />
              <Server system={data} />
              <Archive index={data.index} />
            </div>
            <Verify />
            <Archives />
            <Settings settings={data.settings} />
          </>
        )}
      </div>
    </>
  );
}

type Line = readonly [name: string, value: ComponentChildren, more?: string];

function Facts({ title, lines, children }: { title: string; lines: readonly Line[]; children?: ComponentChildren }) {
  return (
    <section class="card pad">
      <h2>{title}</h2>
      <dl class="facts">
        {lines.map(([name, value, more]) => (
          <div key={name}>
            <dt title={more}>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {children}
    </section>
  );
}

function Ledger({ ledger }: { ledger: System['ledger'] }) {
  const { commit } = ledger;
  return (
    <Facts
      title={words.ledger}
      lines={[
        [words.lastFact, <span class="mono">#{number(ledger.last_fact)}</span>],
        [words.lastDay, number(ledger.facts_last_day)],
        [words.size, bytes(ledger.bytes)],
        [words.log, bytes(ledger.log_bytes)],
        [
          words.commit,
          commit ? words.commitTimes(milliseconds(commit.p50_ms), milliseconds(commit.p99_ms), milliseconds(commit.longest_ms)) : <span class="soft">{words.noCommit}</span>,
          commit ? words.commitOf(commit.count) : undefined,
        ] as Line,
        [words.waiting, words.waitingOf(ledger.writes_waiting, ledger.writes_waiting_max)],
      ]}
    >
    </Facts>
  );
}

function Disk({ disk }: { disk: NonNullable<System['disk']> | undefined }) {
  if (!disk) {
    return (
      <Facts title={words.disk} lines={[]}>
        <p class="soft">{words.noDisk}</p>
      </Facts>
    );
  }
  const { free_bytes: free, total_bytes: total, growth_bytes_per_day: growth, days_left } = disk;
  return (
    <Facts
      title={words.disk}
      lines={[
        [words.free, words.freeOf(bytes(free), bytes(total))],
        [words.growth, growth == null ? <span class="soft">{words.noGrowth}</span> : bytes(growth)],
        [words.left, days_left == null ? '–' : words.days(days_left)],
      ]}
    >
      <meter aria-label={words.free} min={0} max={total} low={total / 10} optimum={total} value={free} />
    </Facts>
  );
}

function Archive({ index }: { index: System['index'] }) {
  return (
    <Facts
      title={words.index}
      lines={[
        [words.apps, number(index.apps)],
        [words.sealed, number(index.sessions_sealed)],
        [words.inMemory, number(index.sessions_in_memory)],
        [words.setAside, number(index.set_aside)],
        [words.failures, number(index.failures)],
      ]}
    />
  );
}

const DOCUMENTS = ['realtimekit', 'pagecall', 'sederunt'];

function Server({ system: { version, started_at, connections, certificate_until, now } }: { system: System }) {
  const until = certificate_until ? Date.parse(certificate_until) : undefined;
  return (
    <Facts
      title={words.server}
      lines={[
        [words.version, version],
        [
          words.started,
          <>
            {dateTime(Date.parse(started_at), zone.value)} <span class="faint">{offset(zone.value, Date.parse(started_at))}</span>
          </>,
        ],
        [words.connections, number(connections)],
        [
          words.certificate,
          until === undefined ? <span class="soft">{words.noCertificate}</span> : `${dateTime(until, zone.value)}, ${words.certificateDays(left(until, Date.parse(now)))}`,
        ],
        [
          words.documents,
          <span class="links">
            {DOCUMENTS.map((name) => (
              <a key={name} target="_self" href={`/openapi/${name}.json`}>
                {name}
              </a>
            ))}
          </span>,
        ],
      ]}
    >
      <p class="soft">{words.backup}</p>
      <pre class="code">sederunt backup /backups</pre>
    </Facts>
  );
}
