/** How the webhooks of the app do: what their own operations say, for the first few of them. */
import { kit, own, take } from '../../api/client.ts';
import type { Hook } from './look.ts';

/** Webhooks that are asked for; an app with more has a screen for them. */
const MOST = 10;

export async function hooks(account: string, app: string, signal: AbortSignal): Promise<Hook[]> {
  const path = { account_id: account, app_id: app };
  const { data } = await take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/webhooks', { params: { path }, signal }));
  const found = data.slice(0, MOST).map(async ({ id, name }) => {
    const status = await take(own.GET('/apps/{app_id}/webhooks/{webhook_id}/status', { params: { path: { app_id: app, webhook_id: id } }, signal }));
    return { id, name, state: status.state, behind: status.behind ?? null, last_hour: status.last_hour };
  });
  return Promise.all(found);
}
