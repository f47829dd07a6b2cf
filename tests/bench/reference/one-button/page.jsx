import { useState } from 'react';
import { createRoot } from 'react-dom/client';

function OneButton() {
  const [presses, setPresses] = useState(0);
  return <button type="button" data-testid="button" onClick={() => setPresses(presses + 1)}>{presses}</button>;
}

createRoot(document.getElementById('root')).render(<OneButton />);
