import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { v7 as uuidv7 } from 'uuid';
import { PeopleStore } from './people-store.ts';
import { StartError } from '../start-centre.ts';

/**
 * Makes the first two administrators, once (TP12): every later change of people is made by two of them.
 * Account, name and password of each are read from standard input, a line each.
 */
export async function initAdministrators(data: string): Promise<void> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const store = new PeopleStore(join(data, 'people.sqlite'));
  try {
    if (store.all().length > 0) throw new StartError('已经有人员了：首批管理员只建一次 / there are people already: the first administrators are made once');
    const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
    const answers = lines[Symbol.asyncIterator]();
    const ask = async (what: string): Promise<string> => {
      process.stdout.write(`${what}: `);
      const { value, done } = await answers.next();
      if (done === true) throw new StartError('输入不完整，没有建立管理员 / the input ended early; no administrator was made');
      return String(value).trim();
    };
    const wanted: { account: string; name: string; password: string }[] = [];
    for (const which of ['第一位 / first', '第二位 / second']) {
      const account = await ask(`${which} 管理员账号 / administrator account`);
      const name = await ask('姓名 / name');
      const password = await ask('密码，至少 15 个字符 / password, at least 15 characters');
      if (account === '' || name === '' || password.length < 15) throw new StartError('账号、姓名不能为空，密码至少 15 个字符 / account and name must not be empty; the password has at least 15 characters');
      if (wanted.some((one) => one.account.toLowerCase() === account.toLowerCase())) throw new StartError('两位管理员必须是两个账号 / the two administrators need two accounts');
      wanted.push({ account, name, password });
    }
    lines.close();
    for (const [index, { account, name, password }] of wanted.entries()) {
      await store.add({ id: uuidv7(), account, name, no: `9${index + 1}`, role: 'admin', team: '', skills: [], entitlements: { reviewLimitFen: {} }, relatedCustomers: [], active: true, since: new Date().toISOString() }, password);
    }
    process.stdout.write('两位管理员已建立 / two administrators were made\n');
  } finally {
    store.close();
  }
}
