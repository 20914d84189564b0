/** A request as it is sent, byte for byte but for what is not for this sign-in. */
import type { components } from '../../api/sederunt.d.ts';
import { words } from '../../words/webhooks.ts';

export function Request({ request: { url, headers, body } }: { request: components['schemas']['WebhookRequest'] }) {
  const lines = headers.map(({ name, value }) => `${name}: ${value ?? `(${words.delivery.hidden})`}`);
  return (
    <pre class="code" tabIndex={0}>
      {[`POST ${url}`, ...lines, '', body].join('\n')}
    </pre>
  );
}
