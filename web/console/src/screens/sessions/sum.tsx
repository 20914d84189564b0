/** What the sessions of whole days came to: the same sum as that of the usage by start. */
import { own, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import { minutes } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/sessions.ts';

interface Props {
  readonly app: string;
  readonly from: string;
  readonly to: string;
  /** The instant of the list. */
  readonly asOf: number;
}

/** How often it is asked again while the list goes on. */
const ANEW_MS = 60_000;

export function Sum({ app, from, to, asOf }: Props) {
  const query = { from, to, by: 'month', tz: zone.value, people: false };
  const found = useAsked({
    key: ['usage', app, query, Math.floor(asOf / ANEW_MS)],
    keep: true,
    ask: (signal) => take(own.GET('/apps/{app_id}/usage', { params: { path: { app_id: app }, query: query as never }, signal })),
  });
  const sum = found.value.data?.sum;
  if (!sum) return null;
  return (
    <span class="sum">
      <a href={`/console/usage?${new URLSearchParams({ from, to, tz: zone.value })}`}>{words.sum(minutes(sum.minutes))}</a>
    </span>
  );
}
