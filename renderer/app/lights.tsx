import { useTexts } from './i18n.ts';
import { useLive } from './stores/live.ts';
import { useSync } from './stores/sync.ts';
import { appTexts } from './texts.ts';

export type LightState = 'ok' | 'slow' | 'down' | 'unknown';
const shapes: Record<LightState, string> = { ok: '●', slow: '▲', down: '✕', unknown: '○' };
const tones: Record<LightState, string> = { ok: 'green', slow: 'amber', down: 'red', unknown: 'muted' };

/** The three lights apart: the centre by this desktop's own connection, core and phones by the centre's word while it is heard. */
export function useLights(): { centre: LightState; core: LightState; phones: LightState } {
  const connection = useSync(({ sync }) => sync?.connection ?? 'none');
  const lights = useLive('lights');
  const centre: LightState = connection === 'online' ? 'ok' : connection === 'connecting' ? 'slow' : connection === 'none' ? 'unknown' : 'down';
  // What the centre said of the others is old news once it is not heard.
  const heard = connection === 'online' ? lights : undefined;
  return { centre, core: heard?.core ?? 'unknown', phones: heard?.phones ?? 'unknown' };
}

/** Shape and word, never colour alone. */
export function Lights() {
  const t = useTexts(appTexts);
  const lights = useLights();
  return (
    <span className="row" style={{ gap: 10 }} role="group">
      {(['centre', 'core', 'phones'] as const).map((name) => (
        <span key={name} className="light nowrap" title={`${t(`light.${name}`)} ${t(`light.${lights[name]}`)}`} data-testid={`light-${name}`} data-light={lights[name]}>
          <span className="light-word">{t(`light.${name}`)}</span><span className={`tone-${tones[lights[name]]}`}> {shapes[lights[name]]} <span className="light-word">{t(`light.${lights[name]}`)}</span></span>
        </span>
      ))}
    </span>
  );
}
