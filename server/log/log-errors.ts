/**
 * What can be wrong with the log as a person running the server meets it (RB2). Each has its own words and a way out;
 * none of them loses what desktops hold: nothing was acknowledged, so their outboxes keep it and send it again.
 */
import type { Bilingual } from '#shared/protocol/ids.ts';

export type LogErrorCode =
  | 'log-folder'
  | 'log-not-writable'
  | 'log-locked'
  | 'log-corrupt'
  | 'log-newer'
  | 'log-foreign'
  | 'log-disk-full'
  | 'log-io'
  | 'log-closed'
  | 'ring-missing'
  | 'ring-readable'
  | 'ring-damaged'
  | 'ring-unreachable'
  | 'ring-refused'
  | 'keys-lost';

export type LogError = {
  code: LogErrorCode;
  /** The file or folder meant; empty where there is none. */
  path: string;
  /** What the system said, for the operator's log; no data of a customer. */
  cause: string;
  text: Bilingual;
};

const texts: Record<LogErrorCode, Bilingual> = {
  'log-folder': {
    zh: '无法创建数据目录。请检查路径是否存在、上级目录是否可写，然后重新启动服务器。各桌面未发送的内容不受影响。',
    en: 'The data folder cannot be made. Check that the path exists and its parent can be written, then start the server again. What desktops have not sent is safe with them.',
  },
  'log-not-writable': {
    zh: '数据目录或数据库文件不可写（只读磁盘或权限不足）。服务器不会确认任何新内容；请恢复写权限后重试。各桌面未发送的内容会保留并在恢复后重发。',
    en: 'The data folder or the database file cannot be written (read-only disk or missing rights). The server acknowledges nothing new; give it the right to write and try again. Desktops keep what they have not sent and send it again.',
  },
  'log-locked': {
    zh: '另一个进程正在使用这个数据目录。同一数据目录只能运行一个服务器：请先停止另一个，或换一个数据目录。',
    en: 'Another process is using this data folder. Only one server may run on it: stop the other one first, or name another folder.',
  },
  'log-corrupt': {
    zh: '数据库已损坏，服务器拒绝在其上继续写入。请保留这些文件，用最近的备份恢复到空目录后启动；各桌面会重发近 72 小时的内容。',
    en: 'The database is damaged, and the server refuses to write on. Keep these files, restore the latest back-up into an empty folder and start there; desktops send the last 72 hours again.',
  },
  'log-newer': {
    zh: '数据库由更新版本的服务器建立，本版本不能打开。请使用该版本或更新的服务器；数据没有被改动。',
    en: 'The database was made by a newer server and cannot be opened by this one. Run that version or a newer one; nothing was changed.',
  },
  'log-foreign': {
    zh: '这个文件不是援线台的事件日志。请检查数据目录是否填错；文件没有被改动。',
    en: 'This file is not an Aidline event log. Check that the data folder is the right one; the file was not changed.',
  },
  'log-disk-full': {
    zh: '磁盘已满，内容没有保存，也没有确认。请腾出空间；无需重启，各桌面会自动重发。',
    en: 'The disk is full: nothing was stored and nothing acknowledged. Free some space; no restart is needed, desktops send again by themselves.',
  },
  'log-io': {
    zh: '磁盘读写失败，服务器已停止写入以免损坏数据。请检查磁盘后重新启动服务器；未确认的内容会由各桌面重发。',
    en: 'Reading or writing the disk failed, and the server has stopped writing to protect the data. Check the disk and start the server again; desktops send again whatever was not acknowledged.',
  },
  'log-closed': {
    zh: '服务器正在停止，不再接收新内容。各桌面会保留并在服务器恢复后重发。',
    en: 'The server is stopping and takes nothing new. Desktops keep it and send it again once the server is back.',
  },
  'ring-missing': {
    zh: '找不到主密钥（ring）文件，而数据密钥是用它加密的。请把该文件放回原处，或用 --ring 指明位置；服务器不会另建新的。数据没有被改动。',
    en: 'The ring key file is missing, and the data keys are wrapped by it. Put it back, or name its place with --ring; the server makes no new one in its place. Nothing was changed.',
  },
  'ring-readable': {
    zh: '主密钥（ring）文件可被其他用户读取，服务器拒绝使用。请确认没有外泄后将权限改为 0600，再启动；如可能已外泄，请先更换主密钥。',
    en: 'The ring key file can be read by other users, and the server refuses to use it. Make sure that it did not leak, set its mode to 0600 and start again; rotate the ring if it may have leaked.',
  },
  'ring-damaged': {
    zh: '主密钥（ring）文件已损坏或不是主密钥文件。请用其副本替换后再启动；没有任何内容被改动。',
    en: 'The ring key file is damaged or is no ring key file. Replace it by its copy and start again; nothing was changed.',
  },
  'ring-unreachable': {
    zh: '密钥服务暂时连不上，内容没有保存，也没有确认。请检查密钥服务；恢复后各桌面会自动重发。',
    en: 'The key service cannot be reached: nothing was stored and nothing acknowledged. Check it; desktops send again by themselves once it is back.',
  },
  'ring-refused': {
    zh: '主密钥（ring）解不开数据密钥：可能换成了另一个主密钥，或密钥文件被改动。请用与数据相配的主密钥和密钥文件；数据没有被改动。',
    en: 'The ring key does not open a data key: it is another ring key, or the key file was changed. Use the ring key and the key file that belong to these data; nothing was changed.',
  },
  'keys-lost': {
    zh: '密钥文件 keys.sqlite 不属于这份事件日志，或已丢失；没有它，已加密的内容无法读取。请从备份恢复 keys.sqlite 后再启动；数据没有被改动。',
    en: 'The key file keys.sqlite is not that of this event log, or was lost; without it what was sealed cannot be read. Restore keys.sqlite from its back-up and start again; nothing was changed.',
  },
};

export const logError = (code: LogErrorCode, path: string, cause: string): LogError => ({ code, path, cause, text: texts[code] });

/** Thrown by reads, which have no place for an error in their answer; `append` and opening give it as a value. */
export class LogFailure extends Error {
  readonly error: LogError;
  constructor(error: LogError) {
    super(`${error.code}: ${error.text.en} (${error.cause})`);
    this.name = 'LogFailure';
    this.error = error;
  }
}
