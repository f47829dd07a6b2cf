/** The key that does the same as the button it stands in. */
export function Hotkey({ keys }: { keys: string }) {
  return <kbd className="hotkey" aria-hidden="true">{keys}</kbd>;
}
