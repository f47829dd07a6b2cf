/** Placeholder until the first screen is written. */
import { createRoot } from 'react-dom/client';

const root = createRoot(document.getElementById('root')!);
root.render(<h1>Aidline</h1>);
window.addEventListener('message', (event) => {
  if (event.data?.aidline !== 'desk-port') return;
  const port = event.ports[0]!;
  port.onmessage = (message) => root.render(<h1 id="ready">Aidline {JSON.stringify(message.data)}</h1>);
});
window.aidline.connect();
