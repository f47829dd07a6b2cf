import { lazy, Suspense } from 'react';
import { SignIn } from '../sign-in/sign-in.tsx';
import { loadedAgain } from './first-paint.ts';
import { useSession } from './stores/session.ts';

const SignedIn = lazy(() => import('./signed-in.tsx'));
const LockScreen = lazy(() => import('../lock/lock-screen.tsx'));
const starting = <div className="starting" data-testid="starting" aria-busy="true" />;

/**
 * A program just started has nobody signed in. Otherwise nothing is drawn until the desk process says: no flash of the
 * wrong screen. Ant Design comes with the desktop; the sign-in does without, so that it is there at once.
 */
export function App() {
  const status = useSession(({ session }) => session?.status ?? null);
  const locked = useSession(({ session }) => (session?.status === 'locked' ? session : null));
  if (status === null && loadedAgain()) return starting;
  if (locked !== null) return <Suspense fallback={starting}><LockScreen session={locked} /></Suspense>;
  return status === 'signed-in' ? <Suspense fallback={starting}><SignedIn /></Suspense> : <SignIn />;
}
