/** What can be done with a session of the list, at the end of its row. The keyboard has it by the menu key, or Shift and F10. */
import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { Menu } from '../parts/menu.tsx';
import { has, mayChange } from '../rights.ts';
import { words } from '../words/sessions.ts';

interface Props {
  readonly id: string;
  readonly meeting: string;
  readonly title: string;
  /** People in it; `undefined` when it has ended. */
  readonly people: number | undefined;
  readonly isPlain?: boolean;
}

type End = ComponentType<{ meeting: string; title: string; people: number; close: () => void }>;

export function RowMenu({ id, meeting, title, people, isPlain }: Props) {
  const [ending, setEnding] = useState<{ End: End } | undefined>(undefined);
  const copy = (text: string) => void navigator.clipboard.writeText(text);
  const end = async (): Promise<void> => setEnding({ End: (await import('../screens/session/end.tsx')).End });
  return (
    <>
      <Menu class="button quiet square row-menu" title={words.menuOf(title)} name={words.menuOf(title)} label={<Icon name="more" />} tabIndex={isPlain ? undefined : -1} end>
        {(close) => (
          <div class="menu">
            <a href={`/console/sessions/${id}`}>{words.open}</a>
            {has('meetings') && <a href={`/console/meetings/${meeting}`}>{words.itsMeeting}</a>}
            <a href={`/console/attendance?session_id=${id}`}>{words.attendance}</a>
            {[
              [words.copyId, id] as const,
              [words.copyLink, `${location.origin}/console/sessions/${id}`] as const,
            ].map(([text, what]) => (
              <button
                key={text}
                type="button"
                onClick={() => {
                  copy(what);
                  close();
                }}
              >
                {text}
              </button>
            ))}
            {people !== undefined && mayChange.value && (
              <button
                type="button"
                onClick={() => {
                  close();
                  void end();
                }}
              >
                {words.end}
              </button>
            )}
          </div>
        )}
      </Menu>
      {ending && people !== undefined && <ending.End meeting={meeting} title={title} people={people} close={() => setEnding(undefined)} />}
    </>
  );
}
