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
  | 'keys-lost'
  | 'database-unreachable'
  | 'database-credentials'
  | 'database-missing'
  | 'database-rights'
  | 'database-tls'
  | 'database-unfit'
  | 'database-not-durable'
  | 'database-older'
  | 'database-foreign'
  | 'database-read-only'
  | 'database-disk-full'
  | 'database-busy'
  | 'database-io'
  | 'database-in-doubt'
  | 'database-replaced';

export type LogError = {
  code: LogErrorCode;
  /** The file, folder or database meant; empty where there is none. Never with a password. */
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
  'database-unreachable': {
    zh: '数据库连不上。没有保存，也没有确认任何新内容；请检查数据库是否在运行、地址和网络是否正确。恢复后服务器会自行重连，各桌面会自动重发。',
    en: 'The database cannot be reached: nothing new was stored and nothing acknowledged. Check that it runs, its address and the network. The server connects again by itself, and desktops send again.',
  },
  'database-credentials': {
    zh: '数据库拒绝了登录：用户名或口令不对，或不允许从本机连接。请核对 --database 和 PGPASSWORD（或口令文件）以及数据库的 pg_hba.conf。',
    en: 'The database refused the login: user or password is wrong, or this machine may not connect. Check --database, PGPASSWORD (or the password file) and pg_hba.conf of the database.',
  },
  'database-missing': {
    zh: '数据库服务器上没有这个数据库。请先建立（createdb，UTF-8 编码），或改正 --database 中的名称。',
    en: 'There is no such database on that server. Make it first (createdb, encoding UTF-8), or correct its name in --database.',
  },
  'database-rights': {
    zh: '数据库用户权限不足。请让它成为该数据库的所有者，或授予建立和读写架构 aidline 的权限，然后重试。',
    en: 'The database user lacks the rights it needs. Make it the owner of the database, or let it create, read and write the schema aidline, and try again.',
  },
  'database-tls': {
    zh: '与数据库的加密连接不能建立：数据库不支持 TLS，或证书不被信任。请核对 --database 中的 sslmode 和 sslrootcert。',
    en: 'No encrypted connection to the database could be made: it has no TLS, or its certificate is not trusted. Check sslmode and sslrootcert in --database.',
  },
  'database-unfit': {
    zh: '这个数据库不能存放事件日志：需要 PostgreSQL 14 或更新版本，编码为 UTF-8。数据没有被改动。',
    en: 'This database cannot hold the event log: it takes PostgreSQL 14 or newer, with encoding UTF-8. Nothing was changed.',
  },
  'database-not-durable': {
    zh: '数据库没有在提交时落盘（synchronous_commit 或 fsync 为 off），断电会丢失已确认的内容，服务器拒绝使用。请将两者设为 on，重新加载数据库配置后再启动。',
    en: 'The database does not sync at commit (synchronous_commit or fsync is off): a power cut would lose what was acknowledged, and the server refuses to use it. Set both to on, reload the configuration of the database and start again.',
  },
  'database-older': {
    zh: '数据库的表结构比本程序旧。请先备份，再运行 npm run server -- migrate --database … --data …，然后启动服务器。数据没有被改动。',
    en: 'The tables of the database are older than this program. Back up, run npm run server -- migrate --database … --data …, then start the server. Nothing was changed.',
  },
  'database-foreign': {
    zh: '数据库中已有名为 aidline 的架构，但不是援线台的事件日志。请核对 --database；数据没有被改动。',
    en: 'The database has a schema named aidline that is no Aidline event log. Check --database; nothing was changed.',
  },
  'database-read-only': {
    zh: '数据库是只读的（备库或设为只读），不能写入，也没有确认任何内容。请把 --database 指向主库，或解除只读；恢复后各桌面会自动重发。',
    en: 'The database is read-only (a standby, or set so): nothing was stored and nothing acknowledged. Point --database at the primary, or lift the setting; desktops send again by themselves.',
  },
  'database-disk-full': {
    zh: '数据库的磁盘已满，内容没有保存，也没有确认。请在数据库服务器上腾出空间；无需重启，各桌面会自动重发。',
    en: 'The disk of the database is full: nothing was stored and nothing acknowledged. Free some space on its machine; no restart is needed, desktops send again by themselves.',
  },
  'database-busy': {
    zh: '数据库没有在限定时间内答复（被锁住或负载过高），内容没有保存，也没有确认。请检查数据库上的长事务和负载；各桌面会自动重发。',
    en: 'The database did not answer in time (locked, or overloaded): nothing was stored and nothing acknowledged. Look for long transactions and load there; desktops send again by themselves.',
  },
  'database-io': {
    zh: '数据库报告读写错误或数据损坏，没有保存，也没有确认。请检查数据库的磁盘和日志，必要时用最近的备份恢复。',
    en: 'The database reports an error of reading or writing, or damaged data: nothing was stored and nothing acknowledged. Check its disk and its log; restore the latest back-up if need be.',
  },
  'database-in-doubt': {
    zh: '提交后连接中断，暂时不知道内容是否已保存，因此没有确认。各桌面会重发：已保存的得到当时的答复，未保存的会再办一次，不会重复。',
    en: 'The connection was lost at commit and it is not known whether the content was stored, so nothing was acknowledged. Desktops send again: what was stored gets its answer, what was not is done then, and nothing is done twice.',
  },
  'database-replaced': {
    zh: '数据库在运行中被恢复、切换到了另一台，或开始了新的纪元。服务器已停止写入；请重新启动服务器，它会开始新纪元并向银行核对（SY9）。',
    en: 'The database was restored, failed over or begun anew while the server ran. The server has stopped writing; start it again: it begins a new epoch and asks the bank about the lost time (SY9).',
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
