/** What can be asked of a receiver: of a webhook, or of the webhook of a room. Both have the same operations at addresses of their own. */
import { own, take } from '../../api/client.ts';
import type { components } from '../../api/sederunt.d.ts';
import { here } from '../../rights.ts';

type Schemas = components['schemas'];

export interface Receiver {
  /** Tells it from others in the cache. */
  readonly key: readonly string[];
  status(signal: AbortSignal): Promise<Schemas['WebhookStatus']>;
  deliveries(query: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Schemas['WebhookDeliveries']>;
  delivery(id: string, signal: AbortSignal): Promise<Schemas['WebhookDeliveryWhole']>;
  /** Sends it once more. */
  retry(id: string): Promise<unknown>;
  test(): Promise<Schemas['WebhookTested']>;
  secret(): Promise<Schemas['WebhookSecret']>;
}

export function ofWebhook(webhook_id: string): Receiver {
  const { app_id } = here();
  const path = { app_id, webhook_id };
  const place = (delivery_id: string) => ({ params: { path: { ...path, delivery_id } } });
  return {
    key: [app_id, 'webhook', webhook_id],
    status: (signal) => take(own.GET('/apps/{app_id}/webhooks/{webhook_id}/status', { params: { path }, signal })),
    deliveries: (query, signal) => take(own.GET('/apps/{app_id}/webhooks/{webhook_id}/deliveries', { params: { path, query: query as never }, signal })),
    delivery: (id, signal) => take(own.GET('/apps/{app_id}/webhooks/{webhook_id}/deliveries/{delivery_id}', { ...place(id), signal })),
    retry: (id) => take(own.POST('/apps/{app_id}/webhooks/{webhook_id}/deliveries/{delivery_id}/retry', place(id))),
    test: () => take(own.POST('/apps/{app_id}/webhooks/{webhook_id}/test', { params: { path }, body: {} })),
    secret: () => take(own.GET('/apps/{app_id}/webhooks/{webhook_id}/secret', { params: { path } })),
  };
}

export function ofRoom(room_id: string): Receiver {
  const { app_id } = here();
  const path = { app_id, room_id };
  const place = (delivery_id: string) => ({ params: { path: { ...path, delivery_id } } });
  return {
    key: [app_id, 'room', room_id],
    status: (signal) => take(own.GET('/apps/{app_id}/rooms/{room_id}/webhook/status', { params: { path }, signal })),
    deliveries: (query, signal) => take(own.GET('/apps/{app_id}/rooms/{room_id}/webhook/deliveries', { params: { path, query: query as never }, signal })),
    delivery: (id, signal) => take(own.GET('/apps/{app_id}/rooms/{room_id}/webhook/deliveries/{delivery_id}', { ...place(id), signal })),
    retry: (id) => take(own.POST('/apps/{app_id}/rooms/{room_id}/webhook/deliveries/{delivery_id}/retry', place(id))),
    test: () => take(own.POST('/apps/{app_id}/rooms/{room_id}/webhook/test', { params: { path }, body: {} })),
    secret: () => take(own.GET('/apps/{app_id}/rooms/{room_id}/webhook/secret', { params: { path } })),
  };
}
