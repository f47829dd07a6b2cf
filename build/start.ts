/**
 * `npm start`: a demonstration on this machine. Starts the central server with its demo bank and
 * phone simulator unless one of ours is already there, and opens one person's desktop.
 */
import { parseArgs } from 'node:util';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureBuilt } from './ensure-built.ts';
import { projectFolder, startDesktop } from './launch.ts';
import { readRuntime } from './runtime-file.ts';
import { findServer, startServer } from './start-server.ts';
import { startVirtualDisplay } from './virtual-display.ts';

const HELP = `npm start -- [options]            打开演示 / open the demonstration

  --as ROLE           agent (default), mentor, lead, admin      以哪个角色打开
  --language LANG     zh-CN or en                               界面语言
  --theme THEME       light or dark                             外观
  --port NUMBER       port of the server (default 4170)         服务器端口
  --server URL        use this server, start none               使用已有服务器
  --data DIR          data of server and desktops (.data)       数据文件夹
  --screenshots DIR   pictures of the window every 2 s          定时保存窗口截图
  --help              this text                                 本说明

A second desktop: run npm start -- --as mentor in another terminal.
另开一个桌面：在另一个终端运行 npm start -- --as mentor。
npm run demo plays the whole story by itself. npm run demo 自动演示全过程。
`;

const ROLES = ['agent', 'mentor', 'lead', 'admin'];
/** Patience with a desktop that has a question open when Ctrl-C is pressed; its work is on disk. */
const STOP_DESKTOP_MS = 8_000;

function tell(en: string, zh: string): void {
  process.stdout.write(`${en}\n${zh}\n`);
}

function readStartOptions() {
  const { values } = parseArgs({
    options: {
      as: { type: 'string', default: 'agent' },
      language: { type: 'string' },
      theme: { type: 'string' },
      port: { type: 'string', default: '4170' },
      server: { type: 'string' },
      data: { type: 'string', default: '.data' },
      screenshots: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const wrong: string[] = [];
  if (!ROLES.includes(values.as)) wrong.push(`--as: ${ROLES.join(', ')}`);
  if (values.language && values.language !== 'zh-CN' && values.language !== 'en') wrong.push('--language: zh-CN, en');
  if (values.theme && values.theme !== 'light' && values.theme !== 'dark') wrong.push('--theme: light, dark');
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) wrong.push('--port: 1…65535');
  return { values, port, wrong };
}

async function main(): Promise<number> {
  let read: ReturnType<typeof readStartOptions>;
  try {
    read = readStartOptions();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
  const { values, port, wrong } = read;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (wrong.length > 0) {
    process.stderr.write(`选项不正确 / not valid: ${wrong.join('; ')}\n\n${HELP}`);
    return 2;
  }
  if (!ensureBuilt()) return 1;

  const stops: (() => Promise<void> | void)[] = [];
  let stopping = false;
  const stopAll = async () => {
    if (stopping) return;
    stopping = true;
    for (const stop of stops.reverse()) await stop();
  };
  const ended = new Promise<number>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done(signal === 'SIGINT' ? 130 : 143));
  });

  try {
    const data = resolve(projectFolder, values.data);
    mkdirSync(data, { recursive: true });
    const runtime = readRuntime();
    if (runtime.electron.fallback) {
      tell(
        `Fallback runtime Electron ${runtime.electron.version}, for development and tests only: the current one cannot be fetched (${runtime.electron.reason}).`,
        `备用运行时 Electron ${runtime.electron.version}，仅供开发和测试：正式运行时无法下载（${runtime.electron.reason}）。`,
      );
    }

    let server = values.server ?? `http://127.0.0.1:${port}`;
    if (!values.server) {
      const found = await findServer(server);
      if (found === 'stranger') {
        tell(
          `Port ${port} is used by another program. Choose another with --port, or stop that program.`,
          `端口 ${port} 已被其他程序占用。请用 --port 换一个端口，或停止该程序。`,
        );
        return 1;
      }
      if (found === 'none') {
        tell('Starting the server with the demo bank and the phone simulator …', '正在启动服务器、演示银行和电话模拟器……');
        const started = await Promise.race([startServer({ data: join(data, 'demo'), port, log: join(data, 'server.log') }), ended]);
        if (typeof started === 'number') return started;
        stops.push(() => started.stop());
        server = started.address;
      }
    }

    let displayEnv = {};
    if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
      const display = await startVirtualDisplay();
      stops.push(() => display.stop());
      displayEnv = display.env;
      tell(
        `No display here: the desktop runs on one in memory. ${values.screenshots ? '' : 'To see it, add --screenshots DIR. '}npm run demo plays everything by itself.`,
        `本机没有显示器：桌面在内存中的虚拟显示器上运行。${values.screenshots ? '' : '想看画面请加 --screenshots DIR。'}npm run demo 会自动演示全过程。`,
      );
    }

    const desktop = startDesktop(
      {
        userDataDir: join(data, 'desktops', values.as),
        server,
        demo: !values.server,
        as: values.as,
        workstation: `${hostname()}-${values.as}`.slice(0, 100),
        ...(values.language ? { language: values.language as 'zh-CN' | 'en' } : {}),
        ...(values.theme ? { theme: values.theme as 'light' | 'dark' } : {}),
        ...(values.screenshots ? { screenshots: resolve(values.screenshots) } : {}),
      },
      { env: displayEnv },
      (line) => process.stdout.write(`${line}\n`),
    );
    const closed = new Promise<number>((done) => desktop.once('exit', (code) => done(code ?? 1)));
    stops.push(async () => {
      if (desktop.exitCode !== null || desktop.signalCode !== null) return;
      desktop.kill('SIGTERM');
      const force = setTimeout(() => desktop.kill('SIGKILL'), STOP_DESKTOP_MS);
      await closed;
      clearTimeout(force);
    });
    tell(
      `The ${values.as}'s desktop is open; the server is ${server}. Ctrl-C stops everything. A second desktop: npm start -- --as mentor`,
      `桌面已打开（${values.as}），服务器 ${server}。Ctrl-C 全部停止。另开一个桌面：npm start -- --as mentor`,
    );
    return await Promise.race([closed, ended]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await stopAll();
  }
}

process.exitCode = await main();
// A signal's listeners would keep nothing alive, but a stuck child's pipe might.
process.exit();
