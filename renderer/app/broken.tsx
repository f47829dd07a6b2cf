import { Button } from 'antd';
import { Component, type ReactNode } from 'react';
import { useTexts } from './i18n.ts';
import { appTexts } from './texts.ts';

function Words({ again }: { again: () => void }) {
  const t = useTexts(appTexts);
  return (
    <div className="notice notice-red" role="alert" style={{ margin: 12 }} data-testid="broken">
      <span className="notice-shape" aria-hidden="true">✕</span>
      <div className="notice-words"><strong>{t('broken.title')}</strong><p>{t('broken.todo')}</p></div>
      <Button size="small" onClick={again}>{t('broken.again')}</Button>
    </div>
  );
}

/** A part that throws must not take the call, the speech and the rest of the screen with it. `of` changing tries again. */
export class Bulkhead extends Component<{ of: string; children: ReactNode }, { broken: string | null }> {
  override state: { broken: string | null } = { broken: null };
  override componentDidCatch(error: unknown): void {
    console.error('a part of the screen could not be drawn', this.props.of, error);
    this.setState({ broken: this.props.of });
  }
  static getDerivedStateFromError(): { broken: string } {
    return { broken: '' };
  }
  override render(): ReactNode {
    const { broken } = this.state;
    return broken === null || (broken !== '' && broken !== this.props.of) ? this.props.children : <Words again={() => this.setState({ broken: null })} />;
  }
}
