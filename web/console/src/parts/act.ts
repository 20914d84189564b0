/** Something that is asked of the server by a button: one at a time, and what failed is said where it was asked. */
import { useState } from 'preact/hooks';

export interface Act {
  readonly busy: boolean;
  /** In words; empty when nothing failed. */
  readonly failed: string;
  /** Whether it was done. */
  readonly run: (act: () => Promise<unknown>) => Promise<boolean>;
}

export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');
  const run = async (act: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setFailed('');
    try {
      await act();
      return true;
    } catch (error) {
      setFailed((error as Error).message);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, failed, run };
}
