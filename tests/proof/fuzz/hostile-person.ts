/** Somebody with a session and a machine of their own who sends what no desktop would. */
import { v7 as uuidv7 } from 'uuid';
import { commandSchemas, isCommandKind } from '#shared/case/commands.ts';
import { asks, isAskKind } from '#shared/protocol/asks.ts';
import { helloBytes, PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { sign } from 'node:crypto';
import { someBody } from '../../integration/administration/json-sample.ts';
import { RawDesktop } from '../../integration/server/raw-desktop.ts';
import type { Dice } from './mutate.ts';
import { mutated, spoiledText } from './mutate.ts';
import { RawSocket } from './raw-socket.ts';

const ANSWER_MS = 15_000;
const ASKS = Object.keys(asks).filter(isAskKind);
/** What would shut the person out is not what is tried here. */
const OMITTED: ReadonlySet<string> = new Set(['change passphrase']);
const COMMANDS = Object.keys(commandSchemas).filter(isCommandKind);

/** Bodies that cannot be made from their schema alone are as good empty. */
function bodyFor(schema: Parameters<typeof someBody>[0]): object {
  try {
    return someBody(schema);
  } catch {
    return {};
  }
}

export class HostilePerson {
  readonly #desktop: RawDesktop;
  readonly #account: string;
  readonly #password: string;
  readonly #port: number;
  readonly #from: string;
  readonly #dice: Dice;
  readonly #case = uuidv7();
  #socket: RawSocket | null = null;
  #ack = 0;
  #waiting: { ack: number; answered: () => void } | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  /** Answers that took longer than they may. */
  late = 0;

  constructor(url: string, account: string, password: string, from: string, dice: Dice) {
    this.#desktop = new RawDesktop(url);
    this.#account = account;
    this.#password = password;
    this.#port = Number(new URL(url).port);
    this.#from = from;
    this.#dice = dice;
  }

  async signIn(): Promise<void> {
    await this.#desktop.enrol(`hostile-${this.#account}`);
    await this.#desktop.session(this.#account, this.#password);
  }

  hello(): Record<string, unknown> {
    const { token, workstation, desktop, machineKey } = this.#desktop;
    return { protocol: PROTOCOL_VERSION, token, workstation, desktop, incarnation: 1, proof: sign(null, helloBytes(token), machineKey.privateKey).toString('base64') };
  }

  /** @returns whether it stands */
  async #connected(): Promise<boolean> {
    if (this.#socket !== null && !this.#socket.isOver) return true;
    const socket = await RawSocket.open(this.#port, this.#from);
    if (socket === null) return false;
    const said = new Promise<string>((resolve) => {
      socket.onText = (text) => (text.startsWith('4') ? resolve(text) : undefined);
      void socket.closed.then(() => resolve('closed'));
    });
    socket.text(`40${JSON.stringify(this.hello())}`);
    const answer = await said;
    if (!answer.startsWith('40')) {
      socket.destroy();
      if (answer.includes('session-over')) await this.#desktop.session(this.#account, this.#password).catch(() => undefined);
      return false;
    }
    socket.onText = (text) => {
      if (this.#waiting !== null && text.startsWith(`43${this.#waiting.ack}[`)) this.#waiting.answered();
    };
    this.#socket = socket;
    return true;
  }

  #message(): { name: string; body: unknown } {
    const dice = this.#dice;
    switch (dice.below(4)) {
      case 0: return { name: 'pull', body: { cursor: dice.oneOf([null, 'x', Buffer.from('{"epoch":"x","positions":[1]}').toString('base64url')]), limit: 1 + dice.below(400) } };
      case 1: {
        const kind = dice.oneOf(ASKS);
        return { name: 'ask', body: { id: uuidv7(), kind: OMITTED.has(kind) ? 'people' : kind, body: dice.below(3) === 0 ? mutated(bodyFor(asks[kind].body), dice) : bodyFor(asks[kind].body) } };
      }
      default: {
        const kind = dice.oneOf(COMMANDS);
        const body = dice.below(2) === 0 ? mutated(bodyFor(commandSchemas[kind]), dice) : bodyFor(commandSchemas[kind]);
        const made = this.#desktop.make(kind as 'write note', this.#case, body as never);
        if (dice.below(3) === 0) Object.assign(made, { number: dice.oneOf([0, 1, made.number, made.number + 7, 2 ** 53]), hash: dice.oneOf(['0'.repeat(64), made.hash]) });
        return { name: 'push', body: { commands: dice.below(8) === 0 ? Array.from({ length: 1 + dice.below(450) }, () => made) : [made] } };
      }
    }
  }

  /** One message, hostile or nearly valid, from within a session, after the one before. @returns what kind it was */
  send(): Promise<string> {
    const sent = this.#turn.then(() => this.#send());
    this.#turn = sent.catch(() => undefined);
    return sent;
  }

  async #send(): Promise<string> {
    const dice = this.#dice;
    if (!(await this.#connected()) || this.#socket === null) return 'turned away';
    const socket = this.#socket;
    const { name, body } = this.#message();
    const ack = (this.#ack += 1);
    switch (dice.below(12)) {
      case 0: socket.text(`42${ack}["${name}",${spoiledText(body, dice)}]`); break;
      case 1: socket.text(`42["${name}",${JSON.stringify(body)}]`); break;
      case 2: socket.text(`42${dice.oneOf(['99999999999999999999', '-1', '0x1', ''])}["${dice.oneOf(['__proto__', 'constructor', 'disconnect', 'connect', 'error', 'newListener', 'goodbye'])}",{}]`); break;
      case 3: socket.text(`45${dice.oneOf(['1', '2', '9999999', '-1', ''])}-${ack}["${name}",{"_placeholder":true,"num":${dice.oneOf(['0', '-1', '1e9', '"__proto__"'])}}]`); break;
      default: socket.text(`42${ack}["${name}",${JSON.stringify(mutated(body, dice))}]`);
    }
    // Every so often the socket has to show that it is served, or closed: nothing may hang.
    if (ack % 10 === 0) await this.#answered(socket);
    return `socket ${name}`;
  }

  async #answered(socket: RawSocket): Promise<void> {
    const ack = (this.#ack += 1);
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<void>((resolve) => {
      this.#waiting = { ack, answered: resolve };
    });
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.late += 1;
        socket.destroy();
        resolve();
      }, ANSWER_MS);
    });
    socket.text(`42${ack}["ask",${JSON.stringify({ id: uuidv7(), kind: 'renew', body: {} })}]`);
    await Promise.race([answer, socket.closed, patience]);
    clearTimeout(timer);
    this.#waiting = null;
  }

  close(): void {
    this.#socket?.destroy();
  }
}
