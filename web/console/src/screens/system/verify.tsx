/** The check of the whole ledger: begun, watched, stopped, and what it came to. */
import { own, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import type { components } from '../../api/sederunt.d.ts';
import { useAct } from '../../parts/act.ts';
import { Refusal } from '../../parts/confirm.tsx';
import { Problem } from '../../parts/problem.tsx';
import { mayChange } from '../../rights.ts';
import { dateTime, spoken } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words as all } from '../../words/system.ts';
import { useEvery } from '../webhook/status.ts';

type Last = NonNullable<components['schemas']['SystemVerify']['last']>;

const words = all.verify;
/** Somebody watches it. */
const EVERY_MS = 1_000;

export function Verify() {
  const found = useAsked({ fresh: true, key: ['verify'], ask: (signal) => take(own.GET('/system/verify', { signal })) });
  useEvery(EVERY_MS, () => found.value.data?.running && void found.value.refetch());
  const { busy, failed, run } = useAct();
  const { data, error, refetch } = found.value;
  const act = async (asked: Promise<unknown>): Promise<void> => {
    await asked;
    await refetch();
  };
  const running = data?.running;
  return (
    <section class="card pad" aria-labelledby="verify">
      <div class="page-tools">
        <h2 id="verify">{words.title}</h2>
        {mayChange.value && data && (
          <button type="button" class="button end" disabled={busy} onClick={() => void run(() => act(running ? take(own.DELETE('/system/verify')) : take(own.POST('/system/verify'))))}>
            {running ? words.stop : words.run}
          </button>
        )}
      </div>
      <p class="soft">{words.more}</p>
      {error && <Problem error={error} again={() => void refetch()} />}
      <Refusal text={failed} />
      <div role="status">
        {running && (
          <p class="progress">
            <progress {...(running.facts_all ? { max: running.facts_all, value: running.facts } : {})} aria-label={words.title} /> {words.running(running.facts, running.facts_all)}
          </p>
        )}
        {data && !running && (data.last ? <Result last={data.last} /> : <p class="soft">{words.never}</p>)}
      </div>
    </section>
  );
}

function Result({ last }: { last: Last }) {
  const { result, started_at, ended_at, facts, sessions, stays, difference_count, differences, error } = last;
  const [from, to] = [Date.parse(started_at), Date.parse(ended_at)];
  const { results } = words;
  const text = { equal: results.equal(facts, sessions, stays), differs: results.differs(difference_count), stopped: results.stopped, failed: results.failed(error ?? '') }[result];
  return (
    <>
      <p>
        <span class={`pill ${{ equal: 'good', stopped: '' }[result] ?? 'wrong'}`}>{words.states[result] ?? result}</span> {text}
      </p>
      {differences.length > 0 && <pre class="code">{differences.join('\n')}</pre>}
      <p class="soft">{words.last(dateTime(from, zone.value), spoken(to - from))}</p>
    </>
  );
}
