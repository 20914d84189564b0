/** A new participant: who it is, and what the person may do. */
import { useState } from 'preact/hooks';
import { kit, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import { Form, NameField } from '../../parts/form.tsx';
import { here } from '../../rights.ts';
import { words } from '../../words/meetings.ts';

/** Presets in the list; an app with more of them is served by the API. */
const PRESETS = 100;
/** What most people are. */
const USUAL = 'group_call_participant';

interface Props {
  readonly meeting: string;
  readonly close: () => void;
  readonly made: (name: string, token: string) => void;
}

export function Add({ meeting, close, made }: Props) {
  const path = here();
  const found = useAsked({
    fresh: true,
    key: ['presets', path.app_id],
    ask: async (signal) => (await take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/presets', { params: { path, query: { per_page: PRESETS } }, signal }))).data.map(({ name }) => name),
  });
  const presets = found.value.data ?? [];
  const [name, setName] = useState('');
  const [ownId, setOwnId] = useState('');
  const [chosen, setChosen] = useState<string>();
  const preset = chosen ?? (presets.includes(USUAL) ? USUAL : (presets[0] ?? ''));
  const text = words.addDialog;
  const send = async (): Promise<void> => {
    const body = { name: name.trim(), custom_participant_id: ownId.trim(), preset_name: preset };
    const answer = await take(kit.POST('/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants', { params: { path: { ...path, meeting_id: meeting } }, body }));
    made(body.name, answer.data.token);
  };
  return (
    <Form title={text.title} verb={text.make} send={send} close={close} ready={preset !== ''} problem={found.value.error?.message ?? ''}>
      <NameField label={text.name} value={name} set={setName} />
      <label>
        {text.own}
        <input required maxLength={256} placeholder={text.ownHint} value={ownId} onInput={(event) => setOwnId(event.currentTarget.value)} />
      </label>
      <label>
        {text.preset}
        <select class="button" required value={preset} onChange={(event) => setChosen(event.currentTarget.value)}>
          {presets.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <p class="soft">{words.presets.more}</p>
    </Form>
  );
}
