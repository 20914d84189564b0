/** An id that is copied whole by a click. */
import { useState } from 'preact/hooks';
import { words } from '../words/parts.ts';

export function CopyId({ id, what }: { id: string; what: string }) {
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(id);
    setDone(true);
    setTimeout(() => setDone(false), 1200);
  };
  return (
    <button type="button" class="button quiet mono" title={words.copyThe(what, id)} onClick={() => void copy()}>
      {done ? words.idCopied : id.slice(0, 8)}
    </button>
  );
}
