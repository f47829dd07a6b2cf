import type { Bilingual } from '#shared/protocol/ids.ts';
import type { ChainFault } from '../log/verify-chain.ts';

export type FaultKind =
  | ChainFault['kind']
  | 'file-damaged' | 'tables-differ' | 'facts-differ' | 'stream-differs' | 'access-differs' | 'feed-differs'
  | 'checkpoint-missing' | 'checkpoint-damaged' | 'checkpoint-forged' | 'checkpoint-key';

/** One thing that is not as it was written. */
export type AuditFault = {
  kind: FaultKind;
  /** Of the log; null where it is about a checkpoint or the file alone. */
  position: number | null;
  batch: number | null;
  checkpoint: number | null;
  said: string;
};

export const faultNames: Record<FaultKind, Bilingual> = {
  missing: { zh: '条目缺失', en: 'entry missing' },
  changed: { zh: '条目被改', en: 'entry changed' },
  inserted: { zh: '条目被插入', en: 'entry inserted' },
  reordered: { zh: '条目次序被改', en: 'entry reordered' },
  'body-missing': { zh: '正文缺失', en: 'body missing' },
  'body-changed': { zh: '正文被改', en: 'body changed' },
  'body-inserted': { zh: '正文被插入', en: 'body inserted' },
  'link-differs': { zh: '批次与链不符', en: 'batch is not the one in the chain' },
  'commands-changed': { zh: '命令记录被改', en: 'stored command changed' },
  'cut-off': { zh: '末尾被截断', en: 'end cut off' },
  'file-damaged': { zh: '数据库文件损坏', en: 'database file damaged' },
  'tables-differ': { zh: '表结构被改', en: 'tables are not those of this program' },
  'facts-differ': { zh: '日志事实被改', en: 'facts of the log changed' },
  'stream-differs': { zh: '流的版本被改', en: 'version of a stream changed' },
  'access-differs': { zh: '权限记录与事件不符', en: 'access is not what the events say' },
  'feed-differs': { zh: '推送记录与事件不符', en: 'a feed is not what the events say' },
  'checkpoint-missing': { zh: '检查点缺失', en: 'checkpoint missing' },
  'checkpoint-damaged': { zh: '检查点损坏', en: 'checkpoint damaged' },
  'checkpoint-forged': { zh: '检查点签名无效', en: 'checkpoint forged' },
  'checkpoint-key': { zh: '检查点公钥不符', en: 'checkpoint key is not the one' },
};

export const ofLog = ({ kind, position, batch, said }: ChainFault): AuditFault => ({ kind, position, batch, checkpoint: null, said });
export const ofFile = (kind: FaultKind, said: string, position: number | null = null): AuditFault => ({ kind, position, batch: null, checkpoint: null, said });
export const ofCheckpoint = (kind: FaultKind, checkpoint: number | null, said: string): AuditFault => ({ kind, position: null, batch: null, checkpoint, said });
