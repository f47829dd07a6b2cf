/** The panels of the loss report, for the list of panels. */
import type { PanelTable } from '../flow/step-panel.ts';
import { ChannelCard } from './channel-card.tsx';
import { ChooseStop } from './choose-stop.tsx';
import { FindCard } from './find-card.tsx';
import { StopCard } from './stop-card.tsx';
import { Transactions } from './transactions.tsx';

export const stopPanels: PanelTable = {
  findCard: { panel: FindCard, drawsFields: ['callerNumber', 'idNumber', 'cardNumber'] },
  chooseStop: { panel: ChooseStop, drawsFields: ['cards', 'cardUnknown'] },
  stopCard: { panel: StopCard, drawsFields: ['otherWay'] },
  channelCard: { panel: ChannelCard, drawsFields: ['callAnyHour'], drawsTicks: true, drawsSpeech: true },
  transactions: { panel: Transactions, drawsFields: ['marks'], drawsItems: true },
};
