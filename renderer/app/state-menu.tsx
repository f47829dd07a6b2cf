import { Button, Dropdown } from 'antd';
import { chosenStateSchema, agentStateLabels, type ChosenState } from '#shared/telephony/agent-state.ts';
import { useLang, useTexts } from './i18n.ts';
import { askCentre, tellRefused } from './send.ts';
import { useLive } from './stores/live.ts';
import { localClock } from './local-time.ts';
import { appTexts } from './texts.ts';

/** Asks for a state, naming the one it was seen from (CT4): what changed since wins. */
export async function chooseState(to: ChosenState, basedOn: number, more: { minutes?: number; hardCall?: boolean } = {}): Promise<boolean> {
  const reply = await askCentre('set agent state', { to, basedOn, ...more });
  if (!reply.ok) tellRefused('', reply.refusal);
  return reply.ok;
}

const chosen: readonly ChosenState[] = chosenStateSchema.options;

/** 空闲▾: those a person may choose can be pressed, those that follow from calls and reviews are listed and cannot. */
export function StateMenu() {
  const t = useTexts(appTexts);
  const lang = useLang();
  const agent = useLive('agent');
  if (agent === undefined) return <span className="state-menu tone-muted" data-testid="agent-state" data-state="unknown">{t('state.unknown')}</span>;
  const items = (Object.keys(agentStateLabels) as (keyof typeof agentStateLabels)[]).map((state) => {
    const free = chosen.find((one) => one === state);
    return {
      key: state,
      disabled: free === undefined,
      label: <span data-testid={`state-${state}`}>{agentStateLabels[state][lang]}{free === undefined ? <span className="small tone-muted"> · {t('state.chosen')}</span> : null}</span>,
    };
  });
  const press = ({ key }: { key: string }): void => {
    const to = chosen.find((one) => one === key);
    if (to !== undefined) void chooseState(to, agent.version);
  };
  return (
    <span className="row" style={{ gap: 4 }}>
      <Dropdown trigger={['click']} menu={{ items, onClick: press, selectedKeys: [agent.state] }}>
        <Button size="small" className={`state-menu state-${agent.state}`} data-testid="agent-state" data-state={agent.state} aria-label={`${t('state.label')}: ${agentStateLabels[agent.state][lang]}`}>
          {agentStateLabels[agent.state][lang]} ▾
        </Button>
      </Dropdown>
      {agent.until ? <span className="small tone-muted nowrap">{t('state.until', { time: localClock(agent.until) })}</span> : null}
      {agent.next ? <span className="small tone-amber nowrap">{t('state.next', { state: agentStateLabels[agent.next][lang] })}</span> : null}
    </span>
  );
}
