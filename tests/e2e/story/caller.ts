import type { CentreProcess } from '../harness/centre-process.ts';
import type { Hands } from './hands.ts';

/** A call of the demo's simulator, answered with Enter; facts are on the screen where the number is known. */
export async function answerCallOf(agent: Hands, centre: CentreProcess, call: { customerId?: string; number?: string | null; intent?: string }): Promise<void> {
  await centre.turn('call', call);
  await agent.see('ringing');
  await agent.press('Enter');
  await agent.see('call-timer');
}

/** What the simulated caller would say to this question; nobody is on the line in a test. */
export async function callerSays(agent: Hands, factor: string): Promise<string> {
  const answer = agent.page.locator(`[data-testid="voice-answer-${factor}"] dd`);
  await answer.waitFor({ state: 'attached' });
  return (await answer.textContent()) ?? '';
}

/** Types what the caller says into the blind comparison, and waits for 相符. */
export async function compare(agent: Hands, factor: string): Promise<void> {
  await agent.type(`verify-${factor}-input`, await callerSays(agent, factor));
  await agent.press('Enter');
  await agent.becomes(`verify-${factor}`, 'data-result', 'match');
}

/** A tick box of a list that has names and no marks of its own. */
export async function tickNamed(agent: Hands, name: string): Promise<void> {
  const box = agent.page.getByRole('checkbox', { name, exact: true });
  await box.click();
  // It stands when the desk has written it down, which is not the moment of the click.
  await agent.page.getByRole('checkbox', { name, exact: true, checked: true }).waitFor();
}

/** The call is over and the agent is free again. */
export async function backToAvailable(agent: Hands): Promise<void> {
  await agent.click('end-call');
  await agent.gone('call-timer');
  await agent.click('finish-wrap-up');
  await agent.becomes('agent-state', 'data-state', 'available');
}
