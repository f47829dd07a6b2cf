import { Modal } from 'antd';
import { useEffect, useState } from 'react';
import { desk } from './desk.ts';
import { useTexts } from './i18n.ts';
import { appTexts } from './texts.ts';
import { LookNotice } from '../ui/refusal-notice.tsx';

/** Before the window closes: with unsent work the person is asked; nothing is lost either way. */
export function QuitGuard() {
  const t = useTexts(appTexts);
  const [unsent, setUnsent] = useState<number | null>(null);
  const [notice, setNotice] = useState<string | null>(null);
  useEffect(() => {
    const ends = [
      window.aidline.onQuitRequested(() => {
        window.aidline.answerQuit('pending');
        void desk.calls.quitCheck({}).then((reply) => {
          if (reply.ok && reply.value.unsent > 0) setUnsent(reply.value.unsent);
          else window.aidline.answerQuit('confirmed');
        });
      }),
      window.aidline.onNotice((heard) => {
        if (heard.kind === 'screen') return;
        const words = heard.kind === 'desk-restarting' ? t('notice.desk') : heard.kind === 'desk-failed' ? t('notice.deskFailed') : heard.what === 'reload' ? t('notice.reload') : t('notice.close');
        setNotice(words);
        if (heard.kind !== 'desk-failed') setTimeout(() => setNotice((shown) => (shown === words ? null : shown)), 5000);
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [t]);
  const answer = (leave: boolean): void => {
    window.aidline.answerQuit(leave ? 'confirmed' : 'cancelled');
    setUnsent(null);
  };
  return (
    <>
      {notice ? <div className="floating-notice"><LookNotice testId="desktop-notice">{notice}</LookNotice></div> : null}
      <Modal open={unsent !== null} title={t('quit.title')} okText={t('quit.leave')} cancelText={t('quit.stay')} onOk={() => answer(true)} onCancel={() => answer(false)} data-testid="quit">
        <p>{t('quit.unsent', { n: unsent ?? 0 })}</p>
      </Modal>
    </>
  );
}
