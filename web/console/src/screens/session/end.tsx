/** Ending a LIVE session, and removing somebody from it, for those who may. */
import { useState } from 'preact/hooks';
import { kit, take } from '../../api/client.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { here } from '../../rights.ts';
import { words } from '../../words/meetings.ts';
import '../../settings.css';

interface Ending {
  readonly meeting: string;
  readonly title: string;
  readonly people: number;
}

const at = (meeting: string) => ({ path: { ...here(), meeting_id: meeting } });

/** Before everybody is removed. */
export function End({ meeting, title, people, close }: Ending & { close: () => void }) {
  const act = (): Promise<unknown> => take(kit.POST('/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/kick-all', { params: at(meeting) }));
  return <Confirm title={words.end.title(title)} effects={words.end.effects(people)} verb={words.end.verb} act={act} close={close} />;
}

export function EndButton(ending: Ending) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" class="button" onClick={() => setAsking(true)}>
        {words.end.short}
      </button>
      {asking && <End {...ending} close={() => setAsking(false)} />}
    </>
  );
}

/** Before one person is. */
export function RemoveButton({ meeting, participant, name }: { meeting: string; participant: string; name: string }) {
  const [asking, setAsking] = useState(false);
  const body = { participant_ids: [participant], custom_participant_ids: [] };
  const act = (): Promise<unknown> => take(kit.POST('/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/kick', { params: at(meeting), body }));
  return (
    <>
      <button type="button" class="button" onClick={() => setAsking(true)}>
        {words.remove.short}
      </button>
      {asking && <Confirm title={words.remove.title(name)} effects={words.remove.effects(name)} verb={words.remove.verb(name)} act={act} close={() => setAsking(false)} />}
    </>
  );
}
