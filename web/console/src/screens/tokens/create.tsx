/** A new token: who it is for, and what it may do. Never more than whoever makes it. */
import { useState } from 'preact/hooks';
import { own, take } from '../../api/client.ts';
import { useAct } from '../../parts/act.ts';
import { Refusal } from '../../parts/confirm.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { who } from '../../session.ts';
import { words as common } from '../../words/parts.ts';
import { words } from '../../words/tokens.ts';
import type { Made } from '../tokens.tsx';

const RIGHTS = ['realtime', 'realtime_admin', 'none'] as const;
type Right = (typeof RIGHTS)[number];

export function Create({ close, made }: { close: () => void; made: (token: Made) => void }) {
  const [name, setName] = useState('');
  const [right, setRight] = useState<Right>('realtime');
  const [app, setApp] = useState('');
  const [server, setServer] = useState(false);
  const { busy, failed, run } = useAct();
  const text = words.dialog;
  const apps = who.value?.apps ?? [];
  const send = async (): Promise<void> => {
    const body = { name: name.trim(), permission: right, server, ...(app ? { app_id: app } : {}) };
    made(await take(own.POST('/tokens', { body })));
  };
  return (
    <Dialog title={text.title} close={close}>
      <form
        class="form plainly"
        onSubmit={(event) => {
          event.preventDefault();
          void run(send);
        }}
      >
        <label>
          {text.name}
          <input autofocus required maxLength={256} placeholder={text.nameHint} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <fieldset>
          <legend>{text.right}</legend>
          {RIGHTS.map((one) => (
            <label key={one} class="choice">
              <input type="radio" name="right" checked={right === one} onChange={() => setRight(one)} />
              <span>
                <b>{words.rights[one]}</b>
                <span class="soft">{words.rightsMore[one]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <label>
          {text.app}
          <select class="button" required={right === 'none'} value={app} onChange={(event) => setApp(event.currentTarget.value)}>
            <option value="">{text.noApp}</option>
            {apps.map(({ id, name: of }) => (
              <option key={id} value={id}>
                {of} · {id.slice(0, 8)}
              </option>
            ))}
          </select>
        </label>
        {who.value?.token.server && (
          <label class="choice">
            <input type="checkbox" checked={server} onChange={(event) => setServer(event.currentTarget.checked)} />
            <span>{text.server}</span>
          </label>
        )}
        <Refusal text={failed} />
        <div class="actions">
          <button type="button" class="button" onClick={close}>
            {common.cancel}
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {text.make}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
