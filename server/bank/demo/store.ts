/** The demo bank's own file: opened, migrated, refused when it is newer than this program. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export type Store = Database.Database;

const SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE customer (
  id TEXT PRIMARY KEY, surname TEXT NOT NULL, given TEXT NOT NULL, gender TEXT NOT NULL CHECK (gender IN ('f','m')),
  id_number TEXT NOT NULL UNIQUE, phone TEXT NOT NULL UNIQUE, service_password TEXT NOT NULL, birth_date TEXT NOT NULL,
  address_district TEXT NOT NULL, branch_district TEXT NOT NULL, tier TEXT NOT NULL, flags TEXT NOT NULL) STRICT;
CREATE INDEX customer_name ON customer (surname, given);
CREATE TABLE account (
  id TEXT PRIMARY KEY, customer TEXT NOT NULL REFERENCES customer (id), kind TEXT NOT NULL CHECK (kind IN ('credit','debit')),
  statement_day INTEGER NOT NULL CHECK (statement_day BETWEEN 1 AND 28), hold TEXT NOT NULL,
  pending_refund_fen INTEGER NOT NULL CHECK (pending_refund_fen >= 0), pending_reversals INTEGER NOT NULL CHECK (pending_reversals >= 0),
  hardship INTEGER NOT NULL, unbilled_fen INTEGER NOT NULL CHECK (unbilled_fen >= 0),
  credit_balance_fen INTEGER NOT NULL CHECK (credit_balance_fen >= 0), auto_debit_last_four TEXT, pays INTEGER NOT NULL) STRICT;
CREATE INDEX account_customer ON account (customer);
CREATE INDEX account_statement_day ON account (statement_day);
CREATE TABLE statement (
  account TEXT NOT NULL REFERENCES account (id), statement_date TEXT NOT NULL, due_date TEXT NOT NULL,
  amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0), paid_fen INTEGER NOT NULL CHECK (paid_fen BETWEEN 0 AND amount_fen),
  PRIMARY KEY (account, statement_date)) STRICT, WITHOUT ROWID;
CREATE INDEX statement_unpaid ON statement (due_date) WHERE paid_fen < amount_fen;
CREATE TABLE card (
  id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id), number TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
  holder TEXT NOT NULL, product_zh TEXT NOT NULL, product_en TEXT NOT NULL, status TEXT NOT NULL, effective_at TEXT, lapse_at TEXT) STRICT;
CREATE INDEX card_account ON card (account);
CREATE INDEX card_lapse ON card (lapse_at) WHERE lapse_at IS NOT NULL;
CREATE TABLE purchase (
  id TEXT PRIMARY KEY, card TEXT NOT NULL REFERENCES card (id), at TEXT NOT NULL, amount_fen INTEGER NOT NULL,
  merchant TEXT NOT NULL, channel TEXT NOT NULL, status TEXT NOT NULL) STRICT;
CREATE INDEX purchase_card ON purchase (card, at DESC);
CREATE TABLE plan (
  id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id), card TEXT NOT NULL REFERENCES card (id), merchant TEXT NOT NULL,
  signed_on TEXT NOT NULL, first_post_date TEXT NOT NULL, principal_fen INTEGER NOT NULL CHECK (principal_fen > 0),
  periods_total INTEGER NOT NULL, periods_posted INTEGER NOT NULL CHECK (periods_posted BETWEEN 0 AND periods_total),
  status TEXT NOT NULL, fee_mode TEXT NOT NULL, fee_ppm INTEGER NOT NULL, penalty_ppm INTEGER NOT NULL, fee_label TEXT NOT NULL,
  settle_key TEXT, settle_posts_on TEXT, settled_on TEXT) STRICT;
CREATE INDEX plan_account ON plan (account);
CREATE INDEX plan_settling ON plan (settle_posts_on) WHERE settle_key IS NOT NULL AND settled_on IS NULL;
CREATE TABLE posting (
  id INTEGER PRIMARY KEY, plan TEXT NOT NULL REFERENCES plan (id), account TEXT NOT NULL, kind TEXT NOT NULL, cause TEXT NOT NULL,
  period INTEGER, amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0), posted_on TEXT NOT NULL, statement_date TEXT NOT NULL,
  due_date TEXT NOT NULL, paid_on TEXT) STRICT;
CREATE UNIQUE INDEX posting_once ON posting (plan, cause, kind, ifnull(period, 0));
CREATE INDEX posting_statement ON posting (account, statement_date);
-- A key is written once and never changes its outcome; that is all that idempotence rests on.
CREATE TABLE ledger (
  key TEXT PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, state TEXT NOT NULL CHECK (state IN ('done','refused','closed')), kind TEXT,
  order_digest TEXT, customer TEXT, subject TEXT, amount_fen INTEGER, outcome TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX one_settlement_per_plan ON ledger (subject) WHERE state = 'done' AND kind = 'early-settlement';
CREATE TABLE fault (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, call TEXT NOT NULL, ms INTEGER NOT NULL, nth INTEGER NOT NULL, seen INTEGER NOT NULL,
  subject TEXT, remaining INTEGER NOT NULL) STRICT;
`;

/** The ledger names what a refund hangs on, so that nothing is refunded twice; a limit that was changed is kept. */
const PLAIN_KINDS = `
ALTER TABLE ledger ADD COLUMN reference TEXT;
CREATE UNIQUE INDEX one_refund_per_reference ON ledger (reference) WHERE state = 'done' AND kind = 'refund';
CREATE TABLE credit_limit (account TEXT PRIMARY KEY REFERENCES account (id), limit_fen INTEGER NOT NULL CHECK (limit_fen > 0), since TEXT NOT NULL) STRICT;
`;

/** By number: the first makes a file of version 1. One that was released never changes. */
const MIGRATIONS = [SCHEMA, PLAIN_KINDS];
const VERSION = MIGRATIONS.length;

/** A data folder that cannot be used: said with what to do, not with a stack. */
export class StoreTrouble extends Error {}

/**
 * Opens (or makes) the bank's file in a folder. WAL and FULL: an answer that was given survives the power cut.
 * @throws StoreTrouble when the folder cannot be written or the file is of a newer program
 */
export function openStore(folder: string): Store {
  let store: Store;
  try {
    mkdirSync(folder, { recursive: true });
    store = new Database(join(folder, 'demo-bank.sqlite'));
    store.pragma('journal_mode = WAL');
    store.pragma('synchronous = FULL');
    store.pragma('foreign_keys = ON');
  } catch (error) {
    throw new StoreTrouble(`The data folder ${folder} cannot be used (${String(error)}). Choose another with --data. 数据目录不可用，请用 --data 换一个。`);
  }
  const version = Number(store.pragma('user_version', { simple: true }));
  if (version > VERSION) {
    store.close();
    throw new StoreTrouble(`The bank's file in ${folder} was made by a newer program (version ${version}). Update, or choose another folder. 数据文件版本较新，请升级程序。`);
  }
  if (version < VERSION) {
    store.transaction(() => {
      for (const migration of MIGRATIONS.slice(version)) store.exec(migration);
      store.pragma(`user_version = ${VERSION}`);
    }).immediate();
  }
  return store;
}

export function readMeta(store: Store, key: string): string | null {
  const value = store.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key);
  return typeof value === 'string' ? value : null;
}

export function writeMeta(store: Store, key: string, value: string): void {
  store.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(key, value);
}
