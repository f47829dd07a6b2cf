/** Inputs and buttons of the sign-in: they look as Ant Design's, which is not there yet (see app/app.tsx). */
import { useState, type ComponentProps } from 'react';

type TextInputProps = Omit<ComponentProps<'input'>, 'onChange' | 'className'> & { onText: (text: string) => void };

export const TextInput = ({ onText, ...rest }: TextInputProps) => <input type="text" className="plain-input" {...rest} onChange={(event) => onText(event.target.value)} />;

/** The mouse may show what was typed, for as long as it wants; the keyboard goes past it. */
export function PasswordInput({ onText, ...rest }: TextInputProps) {
  const [shown, setShown] = useState(false);
  return (
    <span className="plain-input plain-password">
      <input {...rest} type={shown ? 'text' : 'password'} onChange={(event) => onText(event.target.value)} />
      {/* Held down, it would take the focus out of the input. */}
      <span className="plain-eye" aria-hidden="true" onMouseDown={(event) => event.preventDefault()} onClick={(event) => { event.preventDefault(); setShown(!shown); }}>
        <svg viewBox="0 0 16 16" width="14" height="14" fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinecap="round">
          <path d="M1 8c1.6-3.3 4-5 7-5s5.4 1.7 7 5c-1.6 3.3-4 5-7 5S2.6 11.3 1 8Z" />
          <circle cx="8" cy="8" r="2.2" />
          {shown ? null : <path d="M2.2 14 13.8 2" />}
        </svg>
      </span>
    </span>
  );
}

type ButtonProps = ComponentProps<'button'> & { look?: 'primary' | 'chosen' };

export const PlainButton = ({ look, ...rest }: ButtonProps) => <button type="button" {...rest} className={look === undefined ? 'plain-button' : `plain-button plain-button-${look}`} />;
