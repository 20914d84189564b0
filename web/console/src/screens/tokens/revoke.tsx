/** Before a token is revoked: which sign-ins and feeds end with it. */
import { own, take } from '../../api/client.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { words } from '../../words/tokens.ts';
import type { Token } from '../tokens.tsx';

export function Revoke({ token, close, revoked }: { token: Token; close: () => void; revoked: () => void }) {
  const { id, name, sign_ins, feeds, own: isOwn } = token;
  const act = async (): Promise<void> => {
    await take(own.DELETE('/tokens/{token_id}', { params: { path: { token_id: id } } }));
    revoked();
  };
  const text = words.revoke;
  return <Confirm title={text.title(name || id)} effects={text.effects(sign_ins, feeds, isOwn)} verb={text.button(name || id)} act={act} close={close} />;
}
